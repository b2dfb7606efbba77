import { describe, expect, it } from '@jest/globals';
import { newId } from '../../kernel/ids.js';
import { BatchEncoder } from './batch-encoder.js';
import type { PreparedMessage } from './message-batch.js';

describe('a batch of messages', () => {
  it('encodes a message once, however often it is attempted and in whatever company', () => {
    let reads = 0;
    const aMessage = (content: string): PreparedMessage => ({
      conversationId: newId(),
      senderId: newId(),
      isBot: false,
      clientMessageId: newId(),
      id: newId(),
      payloadHash: '',
      type: 'text',
      get content() {
        reads += 1;
        return content;
      },
      metadata: {},
      metadataBytes: 2,
      replyToId: null,
      names: [],
      fileIds: [],
    });
    const [one, other] = [aMessage('one walrus'), aMessage('another')];
    const encoder = new BatchEncoder(true);
    const [first] = JSON.parse(encoder.encode([one]));
    expect(first).toMatchObject({ i: 0, x: 'one walrus', w: expect.stringContaining('^walrus') });
    const before = reads;
    const [again, behind] = JSON.parse(encoder.encode([one, one]));
    expect([again, behind]).toEqual([first, { ...first, i: 1 }]);
    expect(reads).toBe(before);
    expect(JSON.parse(encoder.encode([other]))).toMatchObject([{ x: 'another' }]);
  });
});
