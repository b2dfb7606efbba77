import type { AuditAction } from '@parley/protocol';
import type { PlainSession, Queries } from '../database/plain-session.js';
import { FIRST_ID, newId } from '../kernel/ids.js';
import { EXAMPLES, type Invariant, type Unit } from './invariant.js';
import { LOG_INVARIANTS } from './log-invariants.repository.js';
import { FILE_INVARIANTS, MEMBER_INVARIANTS, USER_INVARIANTS } from './member-invariants.repository.js';
import { MESSAGE_INVARIANTS } from './message-invariants.repository.js';

const INVARIANTS: Record<Unit, readonly Invariant[]> = {
  conversations: [...LOG_INVARIANTS, ...MEMBER_INVARIANTS, ...MESSAGE_INVARIANTS],
  users: USER_INVARIANTS,
  files: FILE_INVARIANTS,
};
export const UNITS = Object.keys(INVARIANTS) as Unit[];
export const INVARIANT_COUNT = Object.values(INVARIANTS).flat().length;

/** Of one page: what takes the database a second or so, and little memory. */
const MOST_ROWS = 500;
const MOST_MESSAGES = 100_000;
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Rows of a unit whose ids follow each other. */
export interface Page {
  unit: Unit;
  from: string;
  upTo: string;
  rows: number;
}

/** How often something is not so within a page. */
export interface Violation {
  invariant: Invariant;
  count: number;
  /** A few of what breaks it. */
  examples: readonly string[];
}

export async function countRows(session: Queries, unit: Unit): Promise<number> {
  const [row] = await session.query<{ count: number }>(`SELECT count(*)::float8 AS count FROM ${unit}`);
  return row?.count ?? 0;
}

/** A row of a unit, and how many messages it has; 1 for what has none. */
interface Found {
  id: string;
  messages: number;
}

/** All of a unit, and all ids that may come before, between and after: rows may refer to what is not there. */
export async function* pagesOf(session: Queries, unit: Unit): AsyncGenerator<Page> {
  const messages = unit === 'conversations' ? 'last_seq - first_seq + 1' : '1';
  for (let from: string | null = FIRST_ID; from !== null; ) {
    const found: Found[] = await session.query<Found>(
      `SELECT id::text AS id, (${messages})::float8 AS messages FROM ${unit} WHERE id >= $1::uuid ORDER BY id LIMIT ${MOST_ROWS}`,
      [from],
    );
    const taken = fitting(found);
    const isLast = taken.length === found.length && found.length < MOST_ROWS;
    const upTo = isLast ? LAST_ID : (taken.at(-1)?.id ?? LAST_ID);
    yield { unit, from, upTo, rows: taken.length };
    from = following(upTo);
  }
}

/** The next id that there may be; null after the last one. */
const following = (id: string): string | null =>
  id === LAST_ID ? null : (BigInt(`0x${id.replaceAll('-', '')}`) + 1n).toString(16).padStart(32, '0');

/** As many as have not too many messages together, and one in any case. */
function fitting(found: readonly Found[]): Found[] {
  let messages = 0;
  return found.filter((each, i) => {
    messages += each.messages;
    return i === 0 || messages <= MOST_MESSAGES;
  });
}

/** What is not so in the rows of a page. */
export async function violationsIn(session: Queries, { unit, from, upTo }: Page): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const invariant of INVARIANTS[unit]) {
    const rows = await session.query<{ what: string; count: number }>(
      `SELECT what, (count(*) OVER ())::float8 AS count FROM (${invariant.broken}) AS broken (what) LIMIT ${EXAMPLES}`,
      [from, upTo],
    );
    const [first] = rows;
    if (first) violations.push({ invariant, count: first.count, examples: rows.map(({ what }) => what) });
  }
  return violations;
}

/** Of which pages something that is broken can be made anew. */
export const unitsToRepair = (violations: readonly Violation[]): Unit[] =>
  UNITS.filter((unit) => violations.some(({ invariant }) => invariant.repair && INVARIANTS[unit].includes(invariant)));

/**
 * Makes anew what is derived from other rows, all of a page or nothing. In the order of the invariants, and also what was not
 * broken before: what is derived of something that was repaired follows it.
 */
export async function repairPage(session: PlainSession, { unit, from, upTo }: Page): Promise<void> {
  await session.exec('BEGIN');
  try {
    for (const { repair = [] } of INVARIANTS[unit]) {
      for (const statement of repair) await session.query(statement, [from, upTo]);
    }
    await session.exec('COMMIT');
  } catch (fault) {
    await session.exec('ROLLBACK').catch(() => undefined);
    throw fault;
  }
}

/** In the audit log, without an actor, as all that the command line does. */
export async function noteRepair(session: PlainSession, violations: readonly Violation[]): Promise<void> {
  const action: AuditAction = 'database_repaired';
  const invariants = violations.flatMap(({ invariant }) => (invariant.repair ? invariant.sentence : []));
  const values = [newId(), action, JSON.stringify({ invariants })];
  await session.query('INSERT INTO audit_log (id, action, details) VALUES ($1, $2, $3::jsonb)', values);
}

/** Clients notice that this is another history, and fetch all of it. */
export const renewEpoch = (session: PlainSession): Promise<void> =>
  session.exec('UPDATE deployment SET epoch = gen_random_uuid()');
