import type { MessageType } from '@parley/protocol';
import { faultLevel } from '../../kernel/errors.js';
import { newDistributions } from './distribution.js';
import { TraceEvents } from './trace-events.js';

/** The part of `EventReporter` that is about messages and other changes, and their way to sockets. */
export abstract class MessageEvents extends TraceEvents {
  readonly distributions = newDistributions();

  /** A change was committed by this node: `message:new`, `message:edited`, `member:added` …. */
  committed(event: string): void {
    this.counters.add('changes_committed_total', { event });
    this.log.trace({ event }, 'committed');
  }

  /** The transaction of a batch is over, whatever became of its messages. */
  batchWritten(messages: number, ms: number): void {
    this.distributions.batch_messages[''].observe(messages);
    this.distributions.batch_seconds[''].observe(ms / 1_000);
    this.log.trace({ messages, ms }, 'a batch was written');
  }

  /** A user's message was committed, so long after it was sent. */
  messageCommitted(type: MessageType, ms: number): void {
    this.counters.add('messages_sent_total', { type });
    this.distributions.message_commit_seconds[''].observe(ms / 1_000);
    this.log.trace({ type, ms }, 'a message was committed');
  }

  /** A user's message was handed to the sockets of this node, so long after it was sent here, or `elsewhere`. */
  messageDelivered(sent: 'here' | 'elsewhere', ms: number): void {
    this.distributions.message_delivery_seconds[sent].observe(ms / 1_000);
    this.log.trace({ sent, ms }, 'a message was delivered');
  }

  /** Messages of a batch were refused for this fault. */
  messagesNotWritten(messages: number, fault: unknown): void {
    this.counters.add('messages_not_written_total', {}, messages);
    this.log[faultLevel(fault)]({ err: fault, messages }, 'messages could not be written');
  }

  /** All of somebody is gone who has left for good. */
  accountErased(userId: string): void {
    this.counters.add('accounts_erased_total');
    this.log.info({ userId }, 'what somebody left behind is gone');
  }

  erasureFailed(fault: unknown): void {
    this.counters.add('account_erasures_failed_total');
    this.log[faultLevel(fault)](
      { err: fault },
      'what somebody left behind could not be removed; it will be tried again',
    );
  }

  /** A change was handed to the sockets of this node. */
  delivered(event: string): void {
    this.counters.add('changes_delivered_total', { event });
    this.log.trace({ event }, 'delivered');
  }

  /** Nobody had written in it for long. */
  idleArchived(conversationId: string): void {
    this.counters.add('conversations_archived_total');
    this.log.info({ conversationId }, 'an idle conversation was archived');
  }

  messagesExpired(conversationId: string, messages: number): void {
    this.counters.add('messages_expired_total', {}, messages);
    this.log.info({ conversationId, messages }, 'messages have expired');
  }

  /** Rows of changes that no stream needs any more. */
  changesTrimmed(changes: number): void {
    this.counters.add('changes_trimmed_total', {}, changes);
    this.log.info({ changes }, 'old changes were removed');
  }

  /** `conversationId`: that of which the rest is done later; null: of all. */
  retentionFailed(fault: unknown, conversationId: string | null): void {
    this.counters.add('retention_failures_total');
    this.log[faultLevel(fault)](
      { conversationId, err: fault },
      'what is too old could not be removed; it will be tried again',
    );
  }

  /** Texts that were stored before there were keys. */
  textsEncrypted(rows: number): void {
    this.counters.add('texts_encrypted_total', {}, rows);
    this.log.info({ rows }, 'texts of before there were keys were encrypted');
  }

  /** Keys of conversations, by the first key of the deployment. */
  keysRotated(keys: number): void {
    this.counters.add('encryption_keys_rotated_total', {}, keys);
    this.log.info({ keys }, 'keys of conversations were encrypted by the first key');
  }

  /** Of a conversation of which everybody has left for good. */
  keyDestroyed(conversationId: string): void {
    this.counters.add('encryption_keys_destroyed_total');
    this.log.info({ conversationId }, 'the key of a conversation was destroyed');
  }

  encryptionFailed(of: 'keys' | 'texts', fault: unknown): void {
    this.counters.add('encryption_failures_total');
    this.log[faultLevel(fault)]({ of, err: fault }, 'keys or texts could not be encrypted; it will be tried again');
  }

  gapFound(conversationId: string): void {
    this.counters.add('stream_gaps_total');
    this.log.debug({ conversationId }, 'a stream reads a gap from the database');
  }

  framesNotShared(): void {
    this.log.warn('another version of Socket.IO or ws is installed: it broadcasts itself, at a greater cost');
  }

  gapRepaired(conversationId: string, changes: number): void {
    this.counters.add('stream_repairs_total', {}, changes);
    this.log.debug({ conversationId, changes }, 'a stream has read what it was missing');
  }

  streamNotOpened(conversationId: string, fault: unknown): void {
    this.counters.add('streams_failed_total', { at: 'opening' });
    this.log.warn({ conversationId, err: fault }, 'a stream could not begin yet');
  }

  streamFailed(conversationId: string, fault: unknown): void {
    this.counters.add('streams_failed_total', { at: 'delivering' });
    this.log[faultLevel(fault)]({ conversationId, err: fault }, 'a stream could not go on; it will try again');
  }

  streamDiscarded(conversationId: string): void {
    this.counters.add('streams_discarded_total');
    this.log.warn(
      { conversationId },
      'the database is behind a stream, or too far ahead of it: its sockets are closed',
    );
  }
}
