import { randomUUID } from 'node:crypto';
import type { PreparedMessage } from '../src/modules/conversation-log/index.js';
import type { Person } from './people.js';

/** A message as it reaches the writer: nothing of it is checked any more. */
export const prepared = (conversationId: string, sender: Person, content: string): PreparedMessage => ({
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
  fileIds: [],
});
