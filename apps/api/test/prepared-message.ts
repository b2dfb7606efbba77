import { randomUUID } from 'node:crypto';
import type { MessagesRepository } from '../src/modules/messages/index.js';
import type { Person } from './people.js';

type Prepared = Parameters<MessagesRepository['writeBatch']>[0][number];

/** A message as it reaches the writer: nothing of it is checked any more. */
export const prepared = (conversationId: string, sender: Person, content: string): Prepared => ({
  conversationId,
  senderId: sender.id,
  isBot: false,
  clientMessageId: randomUUID(),
  id: randomUUID(),
  payloadHash: '00'.repeat(32),
  type: 'text',
  content,
  metadata: {},
  metadataBytes: 2,
  replyToId: null,
  names: [],
});
