import type { Message, MessageReceipt, UserView } from '@parley/protocol';
import { useConversation } from '@parley/react';
import { CheckCheck } from 'lucide-react';
import { useFetched } from '../../../../hooks/use-fetched.js';
import { useToday } from '../../../../hooks/use-today.js';
import { PersonAvatar } from '../../../../ui/avatar.js';
import { clockTime, fullTime, listTime } from '../../../../ui/dates.js';
import { FetchedDialog } from '../../../../ui/fetched-dialog.js';
import { fetchReceipts } from './message-details.js';

interface ReceiptsDialogProps {
  message: Message;
  me: string;
  onClose: () => void;
}

interface Reached {
  user: UserView;
  /** Null where the time is unknown. */
  at: string | null;
}

/** Who has read a message and when, to whom else it was delivered, and to whom not yet. */
export default function ReceiptsDialog({ message, me, onClose }: ReceiptsDialogProps) {
  const fetched = useFetched(fetchReceipts, message.id);
  const conversation = useConversation(message.conversationId);
  return (
    <FetchedDialog title="Seen by" fetched={fetched} onClose={onClose}>
      {({ items, users }) => {
        const present = (conversation?.members ?? []).filter(({ leftAt }) => leftAt === null).map(({ user }) => user);
        const expected = present.filter(({ id }) => id !== message.senderId && id !== me);
        const { read, delivered, missing } = sorted(
          items.filter(({ userId }) => userId !== message.senderId),
          [...users, ...present],
          expected,
        );
        return (
          <>
            <Section title="Read by" empty="Nobody yet." reached={read} />
            {delivered.length > 0 ? <Section title="Delivered to" reached={delivered} /> : null}
            {missing.length > 0 ? <Section title="Not yet" reached={missing} /> : null}
          </>
        );
      }}
    </FetchedDialog>
  );
}

/** `expected`: everybody who is to get it. */
function sorted(items: readonly MessageReceipt[], known: readonly UserView[], expected: readonly UserView[]) {
  const people = new Map(known.map((user) => [user.id, user]));
  const reached = items.filter(({ readAt, deliveredAt }) => readAt !== null || deliveredAt !== null);
  const reachedIds = new Set(reached.map(({ userId }) => userId));
  const of = (userId: string, at: string | null) => {
    const user = people.get(userId);
    return user ? [{ user, at }] : [];
  };
  return {
    read: reached.flatMap(({ userId, readAt }) => (readAt === null ? [] : of(userId, readAt))),
    delivered: reached.flatMap(({ userId, readAt, deliveredAt }) => (readAt === null ? of(userId, deliveredAt) : [])),
    missing: expected.filter(({ id }) => !reachedIds.has(id)).map((user) => ({ user, at: null })),
  };
}

function Section({ title, empty, reached }: { title: string; empty?: string; reached: readonly Reached[] }) {
  const today = useToday();
  return (
    <section aria-label={title} className="pb-3 last:pb-0">
      <h3 className="pb-1 text-second font-medium text-ink-2">
        {title} {reached.length > 0 ? <span className="text-ink-3 tabular-nums">{reached.length}</span> : null}
      </h3>
      {reached.length === 0 ? <p className="text-second text-ink-3">{empty}</p> : null}
      <ul>
        {reached.map(({ user, at }) => (
          <li key={user.id} data-testid="receipt-person" className="flex items-center gap-3 py-1.5">
            <PersonAvatar user={user} size={32} />
            <span className="min-w-0 flex-1">
              <span dir="auto" className="people-line block truncate text-body">
                {user.displayName}
              </span>
            </span>
            {at === null ? null : (
              <span className="flex flex-none items-center gap-1.5 text-second text-ink-3 tabular-nums">
                <time dateTime={at} title={fullTime(new Date(at))}>
                  {when(new Date(at), today)}
                </time>
                <CheckCheck size={14} strokeWidth={1.8} className={title === 'Read by' ? 'text-accent' : undefined} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function when(at: Date, today: Date): string {
  const day = listTime(at, today);
  const time = clockTime(at);
  return day === time ? time : `${day}, ${time}`;
}
