import { describe, expect, it } from '@jest/globals';
import type { ConversationListItem, Message } from '@parley/protocol';
import { answerOf, type Findings } from './sync-answer.js';

/** So many conversations of which only the head has moved. */
function findings(count: number): Findings {
  const ids = Array.from({ length: count }, (_, i) => `018f0000-0000-7000-8000-${String(i).padStart(12, '0')}`);
  const item = { createdBy: 'somebody', name: 'x'.repeat(600), lastMessage: null } as unknown as ConversationListItem;
  const [asked, head] = [
    { version: 1, receipts: 0 },
    { version: 2, receipts: 0 },
  ];
  return {
    head: 1,
    memberships: { groups: [], hasMore: false },
    strange: [],
    changed: ids.map((id) => ({ id, asked, head, memberCount: 2 })),
    material: new Map(ids.map((id) => [id, { reset: false, groups: [], isWhole: true, watermarks: [] }])),
    items: new Map(ids.map((id) => [id, item])),
    people: new Map(),
  };
}

describe('an answer for a slow line', () => {
  it('G4: brings about as much as it announces for later, however many conversations that is', () => {
    const answer = answerOf('epoch', findings(1_000), 16_384);
    const whole = Object.values(answer.conversations).filter(({ hasMore }) => !hasMore);
    expect(whole.length).toBeGreaterThan(100);
    expect(answer.hasMore).toBe(true);
    expect(JSON.stringify(answer).length).toBeLessThan(262_144);
  });

  it('G4: leads on also where memberships take all the room, as they do each time without a cursor', () => {
    const large = {
      id: 'm',
      senderId: 'somebody',
      mentions: [],
      replyTo: null,
      content: 'x'.repeat(20_000),
      version: 2,
    };
    const message = large as unknown as Message;
    const one = findings(1);
    const [[id, item] = ['', {} as ConversationListItem]] = [...one.items];
    const material = { reset: false, groups: [[{ message }]], isWhole: true, watermarks: [] };
    const found: Findings = {
      ...one,
      memberships: { groups: [[{ conversationId: id, userVersion: 1, isPresent: true }]], hasMore: false },
      items: new Map([[id, { ...item, lastMessage: message } as ConversationListItem]]),
    };
    for (const reset of [false, true]) {
      const answer = answerOf('epoch', { ...found, material: new Map([[id, { ...material, reset }]]) }, 16_384);
      expect(answer.conversations[id]).toMatchObject({ version: 2, hasMore: false, messages: [{ version: 2 }] });
    }
  });

  it('brings as much again beside a list item as that takes, so that a small answer is not of one message', () => {
    const one = findings(1);
    const [[id, item] = ['', {} as ConversationListItem]] = [...one.items];
    const small = { senderId: 'somebody', mentions: [], replyTo: null, content: 'x'.repeat(800) };
    const groups = Array.from({ length: 100 }, (_, i) => [
      { message: { ...small, version: i + 2 } as unknown as Message },
    ]);
    const lastMessage = { ...small, content: 'x'.repeat(20_000) } as unknown as Message;
    const found: Findings = {
      ...one,
      material: new Map([[id, { reset: false, groups, isWhole: true, watermarks: [] }]]),
      items: new Map([[id, { ...item, lastMessage } as ConversationListItem]]),
    };
    const { [id]: given } = answerOf('epoch', found, 16_384).conversations;
    expect(given && 'messages' in given ? given.messages.length : 0).toBeGreaterThan(15);
  });

  it('keeps to its size where little comes later', () => {
    expect(JSON.stringify(answerOf('epoch', findings(50), 16_384)).length).toBeLessThan(16_384);
  });
});
