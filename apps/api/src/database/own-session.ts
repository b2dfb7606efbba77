import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { repeatedWhenCanceled } from './session-settings.js';

/** A pooler gives this connection another session of the database for each transaction, or for each statement. */
export class SharedSessionError extends Error {
  constructor() {
    super(
      'The pooler before the database gives each transaction another session, and Parley keeps a lock, deadlines and ' +
        'other settings in its sessions. Let it pool by sessions (PgBouncer: pool_mode = session), or name the database itself in DATABASE_URL.',
    );
  }
}

/** A setting of our own that means nothing to anybody. */
const MARK = 'parley.session';
const ROUNDS = 4;

/**
 * Makes sure that what is set in this session stays in it. `open` opens another one, which only a session behind a pooler
 * needs.
 * @throws SharedSessionError where it is shared; nothing that matters has been set then.
 */
export async function requireOwnSession(session: pg.ClientBase, open: () => Promise<pg.Client>): Promise<void> {
  if (await isDirect(session)) return;
  const other = await open();
  try {
    await requireApart([session, other]);
  } finally {
    void other.end();
  }
}

/** What a connection is told at its start names the process that serves it, for cancelling. Poolers tell numbers of their own. */
async function isDirect(session: pg.ClientBase): Promise<boolean> {
  const asked = 'SET LOCAL statement_timeout = 0; SELECT pg_backend_pid() AS pid';
  // Several statements without parameters are answered by a result each, which the declarations do not know.
  const [, served] = (await repeatedWhenCanceled(() => session.query(asked))) as unknown as pg.QueryResult<{
    pid: number;
  }>[];
  return served?.rows[0]?.pid === (session as pg.ClientBase & { processID?: number }).processID;
}

/** Marks both, as nobody else does who asks now, and looks whether each finds its own mark, while the other one asks too. */
async function requireApart([one, other]: readonly [pg.ClientBase, pg.ClientBase]): Promise<void> {
  const [first, second] = [randomUUID(), randomUUID()];
  await mark(one, first);
  await mark(other, second);
  for (let round = 0; round < ROUNDS; round += 1) {
    // One asks twice, lest a pooler that gives its sessions in turn gives each of two the same one every time.
    const marks = [await markOf(one), await markOf(one), await markOf(other)];
    if (marks.join() !== [first, first, second].join()) throw new SharedSessionError();
  }
  await mark(one, '');
}

async function mark(session: pg.ClientBase, name: string): Promise<void> {
  await session.query('SELECT set_config($1, $2, false)', [MARK, name]);
}

async function markOf(session: pg.ClientBase): Promise<string | null> {
  const { rows } = await session.query<{ mark: string | null }>('SELECT current_setting($1, true) AS mark', [MARK]);
  return rows[0]?.mark ?? null;
}
