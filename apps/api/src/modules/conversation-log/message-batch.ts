import { excerptOf, type Message, type MessageType, type Metadata, type ReplyPreview } from '@parley/protocol';
import type { TextKey } from '../encryption/index.js';
import { presentMetadata } from '../files/index.js';

/**
 * How long a batch waits for conversations that someone else holds: it leaves them out, waits as long as the batch of
 * another node may take, or until the lock's own deadline.
 */
export type Wait = 'not' | 'briefly' | 'long';

/** A message that is ready to be written: checked, sanitized, and with its ids. */
export interface PreparedMessage {
  conversationId: string;
  senderId: string;
  isBot: boolean;
  clientMessageId: string;
  id: string;
  /** SHA-256 in hex of what was received. */
  payloadHash: string;
  type: Exclude<MessageType, 'system'>;
  content: string;
  metadata: Metadata;
  /** Its length in bytes as the database writes it. */
  metadataBytes: number;
  /** The files that the metadata names; what it says of them is filled in with the batch. */
  fileIds: readonly string[];
  /** Why this is not stored, unless it was already. */
  refusal?: BatchRefusal;
  replyToId: string | null;
  /** Lower-case usernames in the text; those of present members become mentions. */
  names: readonly string[];
}

/** What became of one message of a batch. */
export type Outcome =
  | { kind: 'new'; message: Message }
  | { kind: 'duplicate'; original: Original; mayRead: boolean }
  | { kind: 'busy' }
  /** `retryAfterMs`: how long the refusal lasts yet, where that is known. */
  | { kind: 'refused'; reason: Refusal; retryAfterMs?: number };

/** What is found out with the batch, before it is written. */
export type BatchRefusal = 'file_unknown' | 'metadata_too_large' | 'not_found';

type Refusal = BatchRefusal | 'archived' | 'blocked' | 'silenced' | 'idempotency_conflict' | 'reply_unknown';

/** The message that a repeat repeats. `version` is that of its `message:new`. */
export interface Original {
  id: string;
  seq: number;
  version: number;
  createdAt: string;
}

/** A row that the SQL function answers with, one for each message of the batch. */
export interface BatchRow extends Record<string, unknown> {
  i: number;
  outcome: 'new' | 'duplicate' | 'duplicate_hidden' | 'busy' | Refusal;
  message_id: string;
  seq: number;
  version: number;
  /** Where it is `silenced`, for how long yet. */
  created_ms: number;
  mentioned: string[];
  /** Its excerpt is not cut yet. */
  reply: ReplyPreview | null;
}

/** @param key of its conversation, where texts are encrypted. */
export function decodeOutcome(row: BatchRow, sent: PreparedMessage, key?: TextKey): Outcome {
  const createdAt = () => new Date(row.created_ms).toISOString();
  switch (row.outcome) {
    case 'new':
      return { kind: 'new', message: newMessage({ ...row, reply: quoted(row, key) }, sent, createdAt()) };
    case 'duplicate':
    case 'duplicate_hidden': {
      const original = { id: row.message_id, seq: row.seq, version: row.version, createdAt: createdAt() };
      return { kind: 'duplicate', original, mayRead: row.outcome === 'duplicate' };
    }
    case 'busy':
      return { kind: 'busy' };
    case 'silenced':
      return { kind: 'refused', reason: row.outcome, retryAfterMs: row.created_ms };
    default:
      return { kind: 'refused', reason: row.outcome };
  }
}

function quoted({ reply }: BatchRow, key: TextKey | undefined): ReplyPreview | null {
  return reply && key ? { ...reply, excerpt: key.open(reply.excerpt, reply.id) } : reply;
}

function newMessage(row: BatchRow, sent: PreparedMessage, createdAt: string): Message {
  return {
    id: sent.id,
    conversationId: sent.conversationId,
    seq: row.seq,
    clientMessageId: sent.clientMessageId,
    senderId: sent.senderId,
    senderType: sent.isBot ? 'bot' : 'user',
    type: sent.type,
    content: sent.content,
    metadata: presentMetadata(sent.metadata),
    mentions: row.mentioned,
    replyTo: row.reply && { ...row.reply, excerpt: excerptOf(row.reply.excerpt) },
    reactions: [],
    status: 'sent',
    createdAt,
    editedAt: null,
    deletedAt: null,
    isDeleted: false,
    version: row.version,
  };
}
