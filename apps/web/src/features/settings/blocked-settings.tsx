import { useChatClient, useChatEvent } from '@parley/react';
import { useFetched } from '../../hooks/use-fetched.js';
import { BlockedPeople, fetchBlocked } from '../chat/members/blocked-dialog.js';
import { FetchedPart } from './fetched-part.js';

/** Whom one blocks, in whatever conversations. */
export function BlockedSettings() {
  const client = useChatClient();
  const { reload, ...fetched } = useFetched(fetchBlocked, '');
  useChatEvent('user:blocked', reload);
  return (
    <>
      <p className="-mt-3 text-second text-ink-2">
        They cannot write to you directly, and nobody is told. You block somebody from the members of a conversation.
      </p>
      <FetchedPart fetched={fetched}>
        {(people) => <BlockedPeople people={people} onUnblock={({ id }) => client.block(id, false)} onDone={reload} />}
      </FetchedPart>
    </>
  );
}
