import type { ParleyClient } from '@parley/client';
import type { BanPage, UserView } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { pagesOf } from '../../../api/pages.js';
import { useFetched } from '../../../hooks/use-fetched.js';
import { useToday } from '../../../hooks/use-today.js';
import { listTime } from '../../../ui/dates.js';
import { FetchedDialog } from '../../../ui/fetched-dialog.js';
import { type ListedPerson, PeopleList } from './people-list.js';

interface BansDialogProps {
  conversationId: string;
  onClose: () => void;
}

type Bans = Pick<BanPage, 'items' | 'users'>;

async function fetchBans(client: ParleyClient, id: string): Promise<Bans> {
  const all: Bans = { items: [], users: [] };
  for await (const { items, users } of pagesOf((cursor) => client.bans(id, cursor))) {
    all.items.push(...items);
    all.users.push(...users);
  }
  return all;
}

/** Who cannot be added to a group, the latest first, for those who may end that. */
export function BansDialog({ conversationId, onClose }: BansDialogProps) {
  const client = useChatClient();
  const today = useToday();
  const { reload, ...fetched } = useFetched(fetchBans, conversationId);
  return (
    <FetchedDialog title="Banned people" fetched={fetched} onClose={onClose}>
      {(bans) => (
        <PeopleList
          label="Banned people"
          empty="Nobody is banned from this group."
          people={listed(bans, today)}
          verb="Unban"
          act={({ id }: UserView) => client.ban(conversationId, id, false)}
          onDone={reload}
        />
      )}
    </FetchedDialog>
  );
}

function listed({ items, users }: Bans, today: Date): ListedPerson[] {
  const names = new Map(users.map(({ id, displayName }) => [id, displayName]));
  return items.map(({ user, bannedBy, bannedAt }) => {
    const when = listTime(new Date(bannedAt), today);
    return { user, note: `Banned by ${names.get(bannedBy) ?? 'someone'}, ${when}` };
  });
}
