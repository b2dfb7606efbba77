import type { ParleyClient } from '@parley/client';
import type { Page, UserView } from '@parley/protocol';
import { useChatClient, useChatEvent } from '@parley/react';
import { useFetched } from '../../../hooks/use-fetched.js';
import { FetchedDialog } from '../../../ui/fetched-dialog.js';
import { PeopleList } from './people-list.js';

export async function fetchBlocked(client: ParleyClient): Promise<UserView[]> {
  return (await client.request<Page<UserView>>('GET', 'users/me/blocks')).items;
}

/** Whom the reader blocks, in whatever conversations. */
export function BlockedDialog({ onClose }: { onClose: () => void }) {
  const client = useChatClient();
  const { reload, ...fetched } = useFetched(fetchBlocked, '');
  useChatEvent('user:blocked', reload);
  return (
    <FetchedDialog title="Blocked people" fetched={fetched} onClose={onClose}>
      {(people) => <BlockedPeople people={people} onUnblock={({ id }) => client.block(id, false)} onDone={reload} />}
    </FetchedDialog>
  );
}

interface BlockedPeopleProps {
  people: readonly UserView[];
  onUnblock: (user: UserView) => Promise<void>;
  onDone: () => void;
}

export function BlockedPeople({ people, onUnblock, onDone }: BlockedPeopleProps) {
  return (
    <PeopleList
      label="Blocked people"
      empty="You block nobody."
      people={people.map((user) => ({ user, note: `@${user.username}` }))}
      verb="Unblock"
      act={onUnblock}
      onDone={onDone}
    />
  );
}
