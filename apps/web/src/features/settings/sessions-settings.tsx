import type { ParleyClient } from '@parley/client';
import type { Page, SessionItem } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useCommand } from '../../hooks/use-command.js';
import { useFetched } from '../../hooks/use-fetched.js';
import { useKeptFocus } from '../../hooks/use-kept-focus.js';
import { useToday } from '../../hooks/use-today.js';
import { announce } from '../../ui/announcements.js';
import { Button } from '../../ui/button.js';
import { momentTime } from '../../ui/dates.js';
import { Alert } from '../../ui/field.js';
import { deviceOf } from './device-of.js';
import { FetchedPart } from './fetched-part.js';

async function fetchSessions(client: ParleyClient): Promise<SessionItem[]> {
  return (await client.request<Page<SessionItem>>('GET', 'auth/sessions')).items;
}

/** Where one is signed in. */
export function SessionsSettings() {
  const { reload, ...fetched } = useFetched(fetchSessions, '');
  return (
    <>
      <p className="-mt-3 -mb-4 text-second text-ink-2">
        Where you are signed in. If you do not know one of them, end it and change your password.
      </p>
      <FetchedPart fetched={fetched}>{(sessions) => <SessionList sessions={sessions} onEnded={reload} />}</FetchedPart>
    </>
  );
}

function SessionList({ sessions, onEnded }: { sessions: readonly SessionItem[]; onEnded: () => void }) {
  const focus = useKeptFocus(sessions.map(({ id }) => id));
  return (
    <ul {...focus} aria-label="Sessions" className="divide-y divide-line">
      {sessions.map((session) => (
        <SessionRow key={session.id} session={session} onEnded={onEnded} />
      ))}
    </ul>
  );
}

function SessionRow({ session, onEnded }: { session: SessionItem; onEnded: () => void }) {
  const { id, userAgent, lastUsedAt, createdAt, isCurrent } = session;
  const client = useChatClient();
  const today = useToday();
  const { run, busy, error } = useCommand(onEnded);
  const device = deviceOf(userAgent);
  const used = momentTime(new Date(lastUsedAt), today);
  const end = () =>
    void run(async () => {
      await client.request('DELETE', `auth/sessions/${id}`);
      announce(`The session of ${device} has ended.`);
    });
  return (
    <li data-testid="session" className="py-3">
      <div className="flex items-center gap-3">
        <div className="min-w-0 flex-1">
          <p className="truncate text-body">{device}</p>
          <p className="text-meta text-ink-3">
            {isCurrent ? 'This one' : `Last used ${used}`} · since {momentTime(new Date(createdAt), today)}
          </p>
        </div>
        {isCurrent ? null : (
          <Button aria-label={`End the session of ${device}, last used ${used}`} busy={busy} onClick={end}>
            End
          </Button>
        )}
      </div>
      {error ? <Alert className="mt-2">{error}</Alert> : null}
    </li>
  );
}
