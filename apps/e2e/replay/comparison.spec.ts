import { describe, expect, it } from '@jest/globals';
import type { ErrorCode, Message, MessagePage } from '@parley/protocol';
import { type Comparison, compare } from './comparison.js';
import type { RefusedLine, TakenLine } from './crowd.js';

const TEXTS = ['hello', 'a <b id=x>bold</b> word', 'see <nick>', 'bye'];

/** Four lines of two speakers, stored and seen as they must be. */
class Scene {
  readonly lines = TEXTS.map((text, index) => ({
    number: index + 1,
    nick: index % 2 === 0 ? 'ann' : 'bob',
    text,
    messageId: `message-${index + 1}`,
    clientMessageId: `client-${index + 1}`,
  }));
  stored = this.lines.map(({ nick, text, messageId, clientMessageId }, index) => ({
    id: messageId,
    clientMessageId,
    seq: index + 1,
    senderId: `id of ${nick}`,
    type: 'text',
    content: text.replaceAll(/<\/?b[^>]*>/g, ''),
  }));
  readonly seen = this.lines.map(({ messageId }) => messageId);
  readonly readerFaults: string[] = [];
  readonly crowd = {
    taken: new Map<number, TakenLine>(this.lines.map((line, index) => [index + 1, line])),
    refused: [] as RefusedLine[],
    faults: [] as string[],
    userIdOf: (nick: string) => `id of ${nick}`,
  };

  /** Changes the row with that seq. */
  store(seq: number, change: Partial<Scene['stored'][number]>): void {
    this.stored = this.stored.map((row) => (row.seq === seq ? { ...row, ...change } : row));
  }

  refuse(number: number, text: string, code: ErrorCode): void {
    const error = { code, message: '', retryable: false, requestId: '' };
    this.crowd.refused.push({ number, nick: 'ann', text, error });
  }
}

async function compared(spoil: (scene: Scene) => void = () => undefined): Promise<Comparison> {
  const scene = new Scene();
  spoil(scene);
  const { stored, crowd, seen, readerFaults } = scene;
  const history = async function* (): AsyncGenerator<MessagePage> {
    yield { items: stored as unknown as Message[], nextCursor: null, hasMore: false, users: [] };
  };
  return compare({ history }, 'conversation', crowd, [{ seen, faults: readerFaults, faultCount: readerFaults.length }]);
}

describe('the comparison of a replayed log with its history', () => {
  it('finds no fault where only a line with HTML differs, and lists that', async () => {
    const { faults, same, changedHtml } = await compared();
    expect(faults).toEqual([]);
    expect(same).toBe(3);
    expect(changedHtml).toEqual([{ number: 2, sent: 'a <b id=x>bold</b> word', stored: 'a bold word' }]);
  });

  it.each<[string, (scene: Scene) => void]>([
    ['Line 3 differs', (scene) => scene.store(3, { content: 'see' })],
    ['Line 4 was acked as seq 4 and is not in the history', ({ stored }) => stored.pop()],
    ['seq 3 follows 1 in the history', ({ stored }) => stored.splice(1, 1)],
    ["seq 5 is nobody's line", ({ stored }) => stored.push(...stored.slice(3).map((row) => ({ ...row, seq: 5 })))],
    ['Line 2 is by another sender', (scene) => scene.store(2, { senderId: 'id of ann' })],
    ['Line 1: acked as message-1, stored as other', (scene) => scene.store(1, { id: 'other' })],
    ['Line 1 has another clientMessageId', (scene) => scene.store(1, { clientMessageId: 'other' })],
    [
      'Line 1 of ann comes after its line 3',
      ({ lines, crowd }) => {
        for (const [index, line] of lines.entries()) crowd.taken.set(index + 1, { ...line, number: 4 - line.number });
      },
    ],
    ['Reader 1 saw message-4 as number 3, not message-3', ({ seen }) => seen.splice(2, 1)],
    ['Reader 1 saw 5 messages of 4', ({ seen }) => seen.push('message-4')],
    ['Reader 1: version 7 after 5', ({ readerFaults }) => readerFaults.push('version 7 after 5')],
    ['both acked as seq 1', ({ crowd }) => crowd.faults.push('Lines 1 and 2 were both acked as seq 1.')],
    ['Line 9 was refused with not_found', (scene) => scene.refuse(9, 'good', 'not_found')],
  ])('finds: %s', async (fault, spoil) => {
    const { faults } = await compared(spoil);
    expect(faults.join('\n')).toContain(fault);
  });

  it('counts a line that had to be refused, and finds no fault in it', async () => {
    const { faults, refused } = await compared((scene) => scene.refuse(5, '  ', 'validation_failed'));
    expect(faults).toEqual([]);
    expect(refused).toEqual({ validation_failed: [5] });
  });
});
