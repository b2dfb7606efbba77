import { describe, expect, it } from '@jest/globals';
import type { ConversationListItem } from '@parley/protocol';
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
  it('G4: brings about as much as it says of what comes later, however many conversations that is', () => {
    const answer = answerOf('epoch', findings(1_000), 16_384);
    const whole = Object.values(answer.conversations).filter(({ hasMore }) => !hasMore);
    expect(whole.length).toBeGreaterThan(100);
    expect(answer.hasMore).toBe(true);
    expect(JSON.stringify(answer).length).toBeLessThan(262_144);
  });

  it('keeps to its size where little comes later', () => {
    expect(JSON.stringify(answerOf('epoch', findings(50), 16_384)).length).toBeLessThan(16_384);
  });
});
