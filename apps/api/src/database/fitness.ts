import { randomBytes, randomUUID } from 'node:crypto';
import type { Db } from './database.js';
import { isUnfit } from './faults.js';
import { messages } from './schema/index.js';

/** A database that answers and cannot be written to. */
export class ReadOnlyError extends Error {
  constructor() {
    super('it is read-only');
  }
}

/**
 * Whether a new session could only read: on a standby, or by a setting. The setting is looked up where new sessions get
 * it from, because one that is open keeps what it began with.
 */
export const IS_READ_ONLY = `
  SELECT pg_is_in_recovery() OR coalesce(
    (SELECT split_part(c, '=', 2) FROM pg_db_role_setting s, unnest(s.setconfig) c
      WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
        AND s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))
        AND split_part(c, '=', 1) = 'default_transaction_read_only'
      ORDER BY s.setrole <> 0 DESC, s.setdatabase <> 0 DESC LIMIT 1),
    current_setting('default_transaction_read_only'))::boolean AS yes`;

/** Enough to need new space. */
const PROBE = { rows: 8, bytes: 4_000 };

/**
 * Writes messages without a sender's row, which their foreign key refuses at the end: nothing of them stays.
 * @throws where writing fails before that by the state of the database.
 */
export async function tryWriting(db: Db): Promise<void> {
  const [nowhere, noSender, moment] = [randomUUID(), randomUUID(), new Date()];
  const rows = Array.from({ length: PROBE.rows }, (_, i) => ({
    conversationId: nowhere,
    seq: -1 - i,
    id: randomUUID(),
    clientMessageId: randomUUID(),
    senderId: noSender,
    senderType: 'user' as const,
    type: 'text' as const,
    content: randomBytes(PROBE.bytes / 2).toString('hex'),
    payloadHash: randomBytes(32),
    createdVersion: 0,
    version: 0,
    countable: 0,
    createdAt: moment,
  }));
  try {
    await db.insert(messages).values(rows);
  } catch (fault) {
    if (isUnfit(fault)) throw fault;
  }
}
