import type { ParleyClient } from '@parley/client';
import type { Invite, InvitePage, MadeInvite } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useState } from 'react';
import { pagesOf } from '../../../api/pages.js';
import { useCommand } from '../../../hooks/use-command.js';
import { useFetched } from '../../../hooks/use-fetched.js';
import { useToday } from '../../../hooks/use-today.js';
import { Button } from '../../../ui/button.js';
import { momentTime } from '../../../ui/dates.js';
import { FetchedDialog } from '../../../ui/fetched-dialog.js';
import { Alert } from '../../../ui/field.js';
import { LinkDialog } from '../../../ui/link-dialog.js';
import { RadioGroup } from '../../../ui/radio-group.js';

interface InvitesDialogProps {
  conversationId: string;
  onClose: () => void;
}

type Invites = Pick<InvitePage, 'items' | 'users'>;

const DAY_HOURS = 24;
const TIMES = [
  { value: DAY_HOURS, words: 'A day' },
  { value: 7 * DAY_HOURS, words: 'A week' },
  { value: 0, words: 'Until you take it back' },
];

async function fetchInvites(client: ParleyClient, id: string): Promise<Invites> {
  const all: Invites = { items: [], users: [] };
  const pageAt = (cursor = '') =>
    client.request<InvitePage>(
      'GET',
      `conversations/${id}/invites${cursor && `?cursor=${encodeURIComponent(cursor)}`}`,
    );
  for await (const { items, users } of pagesOf(pageAt)) {
    all.items.push(...items);
    all.users.push(...users);
  }
  return all;
}

/** The links by which people join a group, for those who may make them and take them back. */
export function InvitesDialog({ conversationId, onClose }: InvitesDialogProps) {
  const { reload, ...fetched } = useFetched(fetchInvites, conversationId);
  const [made, setMade] = useState<MadeInvite | null>(null);
  if (made)
    return (
      <LinkDialog
        title="Link to this group"
        description="Whoever has it can join. It is shown only now."
        url={made.url}
        onClose={onClose}
      />
    );
  return (
    <FetchedDialog title="Links to this group" fetched={fetched} onClose={onClose}>
      {({ items, users }) => (
        <>
          <NewInvite conversationId={conversationId} onMade={setMade} />
          {items.length === 0 ? (
            <p className="text-body text-ink-2">There is no link to this group.</p>
          ) : (
            <ul aria-label="Links to this group">
              {items.map((invite) => (
                <InviteItem
                  key={invite.id}
                  conversationId={conversationId}
                  invite={invite}
                  maker={users.find(({ id }) => id === invite.createdBy)?.displayName ?? 'someone'}
                  onDone={reload}
                />
              ))}
            </ul>
          )}
        </>
      )}
    </FetchedDialog>
  );
}

function NewInvite({ conversationId, onMade }: { conversationId: string; onMade: (made: MadeInvite) => void }) {
  const client = useChatClient();
  const [hours, setHours] = useState(7 * DAY_HOURS);
  const { run, busy, error } = useCommand();
  const make = async () => {
    const body = hours === 0 ? {} : { hours };
    onMade(await client.request<MadeInvite>('POST', `conversations/${conversationId}/invites`, body));
  };
  return (
    <div className="-mx-5 mb-3 border-b border-line pb-3">
      <RadioGroup legend="A new link, good for" options={TIMES} value={hours} onChange={setHours} />
      {error ? <Alert className="mx-5 mb-2">{error}</Alert> : null}
      <Button kind="primary" className="mx-5" busy={busy} onClick={() => void run(make)}>
        Make a link
      </Button>
    </div>
  );
}

interface InviteItemProps {
  conversationId: string;
  invite: Invite;
  maker: string;
  onDone: () => void;
}

function InviteItem({ conversationId, invite, maker, onDone }: InviteItemProps) {
  const client = useChatClient();
  const today = useToday();
  const { run, busy, error } = useCommand(onDone);
  const { id, createdAt, expiresAt, uses } = invite;
  const until = expiresAt ? `until ${momentTime(new Date(expiresAt), today)}` : 'until it is taken back';
  const act = () => client.request<void>('DELETE', `conversations/${conversationId}/invites/${id}`);
  return (
    <li data-testid="invite" className="py-1.5">
      <div className="flex items-center gap-3">
        <span className="min-w-0 flex-1">
          <span className="block truncate text-body">
            By <bdi>{maker}</bdi>, {momentTime(new Date(createdAt), today)}
          </span>
          <span className="block truncate text-meta text-ink-3">
            {uses === 1 ? '1 person has joined' : `${uses} people have joined`}, {until}
          </span>
        </span>
        <Button className="h-8" busy={busy} onClick={() => void run(act)}>
          Take back
        </Button>
      </div>
      {error ? <Alert className="mt-1">{error}</Alert> : null}
    </li>
  );
}
