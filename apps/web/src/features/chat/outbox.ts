import type { ErrorObject, SendResult } from '@parley/protocol';
import { sentenceOf } from '../../api/sentences.js';
import { CommandError, sendMessage } from '../../hooks/use-socket.js';
import { change, chatStore, conversation } from './chat.store.js';
import { newClientId } from './client-ids.js';
import type { OutboxEntry } from './conversation-state.js';
import { withAck } from './live-events.js';

/**
 * Sends what I write: shown at once, one under way per conversation (which keeps the order), repeated under the same
 * id until it is stored, refused for good, or given up on. While there is no connection it waits.
 */

const ATTEMPTS = 4;
const RETRY_MS = 1_000;
const underWay = new Set<string>();

/** Puts a message into the outbox and starts sending. */
export function send(conversationId: string, content: string): void {
  const entry: OutboxEntry = {
    clientMessageId: newClientId(),
    content,
    createdAt: new Date().toISOString(),
    state: 'pending',
    reason: null,
  };
  change(conversationId, (state) => ({ ...state, outbox: [...state.outbox, entry] }));
  void pump(conversationId);
}

/** Sends a failed message again, under its own id: the server ends with one copy. */
export function sendAgain(conversationId: string, clientMessageId: string): void {
  mark(conversationId, clientMessageId, { state: 'pending', reason: null });
  void pump(conversationId);
}

/** Drops a failed message. */
export function discard(conversationId: string, clientMessageId: string): void {
  change(conversationId, (state) => ({
    ...state,
    outbox: state.outbox.filter((entry) => entry.clientMessageId !== clientMessageId),
  }));
}

/** The connection is back: goes on with everything that waits. */
export function flush(): void {
  for (const id of Object.keys(chatStore.getState().byId)) void pump(id);
}

async function pump(conversationId: string): Promise<void> {
  if (underWay.has(conversationId)) return;
  underWay.add(conversationId);
  try {
    for (let entry = next(conversationId); entry; entry = next(conversationId)) {
      if (!(await deliver(conversationId, entry))) break;
    }
  } finally {
    underWay.delete(conversationId);
  }
}

function next(conversationId: string): OutboxEntry | undefined {
  return conversation(conversationId)?.outbox.find((entry) => entry.state === 'pending');
}

/** Answers false where it has to wait for the connection. */
async function deliver(conversationId: string, entry: OutboxEntry): Promise<boolean> {
  const { clientMessageId, content } = entry;
  for (let attempt = 1; ; attempt += 1) {
    try {
      settled(conversationId, await sendMessage({ conversationId, clientMessageId, content }));
      return true;
    } catch (thrown) {
      const error = thrown instanceof CommandError ? thrown : null;
      if (error?.code === 'offline') return false;
      if (error?.code === 'rate_limited') {
        await pause((error.refusal as ErrorObject).retryAfterMs ?? RETRY_MS);
        continue;
      }
      if (!isRetryable(error) || attempt >= ATTEMPTS) {
        mark(conversationId, clientMessageId, { state: 'failed', reason: reasonOf(error) });
        return true;
      }
      await sleep(RETRY_MS * 2 ** (attempt - 1));
    }
  }
}

function settled(conversationId: string, { clientMessageId, message }: SendResult): void {
  // A repeat by somebody who may not read any more is answered without the message: it is stored all the same.
  if (!message) return discard(conversationId, clientMessageId);
  change(conversationId, (state) => withAck(state, message, chatStore.getState().me));
}

function mark(conversationId: string, clientMessageId: string, news: Pick<OutboxEntry, 'state' | 'reason'>): void {
  change(conversationId, (state) => ({
    ...state,
    outbox: state.outbox.map((entry) => (entry.clientMessageId === clientMessageId ? { ...entry, ...news } : entry)),
  }));
}

/** A timeout is not repeated by itself: ten seconds are long enough to say so. */
function isRetryable(error: CommandError | null): boolean {
  return error !== null && 'retryable' in error.refusal && error.refusal.retryable;
}

function reasonOf(error: CommandError | null): string {
  if (error === null) return 'Something went wrong in this page.';
  if (error.code === 'timeout') return 'The server did not answer in time.';
  return sentenceOf(error.refusal as ErrorObject);
}

async function pause(ms: number): Promise<void> {
  chatStore.setState({ pausedUntil: Date.now() + ms });
  await sleep(ms);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
