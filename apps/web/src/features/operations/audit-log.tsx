import type { ParleyClient } from '@parley/client';
import type { AuditAction, AuditEntry, AuditPage, UserView } from '@parley/protocol';
import { useCallback, useEffect, useState } from 'react';
import { useFetched } from '../../hooks/use-fetched.js';
import { useToday } from '../../hooks/use-today.js';
import { Button } from '../../ui/button.js';
import { fullTime, momentTime } from '../../ui/dates.js';
import { Alert } from '../../ui/field.js';
import { TryAgain } from '../../ui/try-again.js';
import { AUDIT_WORDS } from './audit-words.js';

const PAGE = 20;
/** As many as one request may ask for; the rest is read by `GET audit` with its cursor. */
const MOST = 100;

/** What is about a conversation and nobody in it: such entries tell its id, by which it is found again. */
const OF_CONVERSATIONS: ReadonlySet<string> = new Set<AuditAction>([
  'retention_changed',
  'conversation_held',
  'conversation_released',
  'conversation_exported',
]);

/** What administrators did, newest first. `changes`: how often something was done here; the log is read again then. */
export function AuditLog({ changes }: { changes: number }) {
  const [most, setMost] = useState(PAGE);
  const fetch = useCallback(
    (client: ParleyClient): Promise<AuditPage> => client.request('GET', `audit?limit=${most}`),
    [most],
  );
  const { value, error, retry, reload } = useFetched(fetch, '');
  useEffect(() => {
    if (changes > 0) reload();
  }, [changes, reload]);
  const people = new Map(value?.users.map((user) => [user.id, user]));
  return (
    <>
      {error ? <Alert>{error}</Alert> : null}
      {retry && error ? <TryAgain onRetry={retry} /> : null}
      {value?.items.length === 0 ? <p className="text-body text-ink-2">Nothing has been done yet.</p> : null}
      <ol aria-label="Audit log" className="flex flex-col">
        {value?.items.map((entry) => (
          <AuditRow key={entry.id} entry={entry} people={people} />
        ))}
      </ol>
      {value?.hasMore && most < MOST ? (
        <div>
          <Button onClick={() => setMost(MOST)}>Show more</Button>
        </div>
      ) : null}
    </>
  );
}

function AuditRow({ entry, people }: { entry: AuditEntry; people: ReadonlyMap<string, UserView> }) {
  const today = useToday();
  const { at, actorId, action, target, details, conversationId } = entry;
  const time = new Date(at);
  const whom = target?.kind === 'user' ? people.get(target.id) : undefined;
  const username = typeof details.username === 'string' ? details.username : undefined;
  const who = actorId === null ? 'The command line' : (people.get(actorId)?.displayName ?? 'Somebody');
  return (
    <li
      data-testid="audit-entry"
      className="flex flex-wrap gap-x-3 border-b border-line py-1.5 text-second last:border-0"
    >
      <time dateTime={at} title={fullTime(time)} className="w-36 flex-none text-ink-3 tabular-nums">
        {momentTime(time, today)}
      </time>
      <span className="min-w-0 flex-1">
        <bdi className="font-medium">{who}</bdi> {AUDIT_WORDS[action] ?? action}
        {whom ? (
          <>
            : <bdi>{whom.displayName}</bdi>
          </>
        ) : null}
        {username === undefined ? null : (
          <>
            : <bdi translate="no">@{username}</bdi>
          </>
        )}
        {conversationId !== null && OF_CONVERSATIONS.has(action) ? (
          <>
            : <span translate="no">{conversationId}</span>
          </>
        ) : null}
      </span>
    </li>
  );
}
