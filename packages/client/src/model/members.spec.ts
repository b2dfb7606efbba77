import { expect, it } from '@jest/globals';
import type { Member } from '@parley/protocol';
import { Members } from './members.js';
import { aUser } from './reference-state.factory.js';

const JOINED = '2026-01-01T00:00:00.000Z';

function aMember(id: string, lastReadSeq: number): Member {
  return {
    user: aUser(id),
    role: 'member',
    joinedAt: JOINED,
    leftAt: null,
    silencedUntil: null,
    lastReadSeq,
    lastDeliveredSeq: 9,
    version: 1,
  };
}

it('G4: a late mark of someone who is no member any more does not hold back the status of a message', () => {
  const members = new Members('me');
  for (const member of [aMember('me', 9), aMember('ben', 9)]) members.merge(member);
  members.raise('chi', 4, 4);
  expect(members.statusOf(9, 2)).toBe('read');
  // Until the third row is there it is not known how far that member is.
  expect(members.statusOf(9, 3)).toBe('sent');
  members.merge(aMember('chi', 4));
  expect([members.statusOf(9, 3), members.statusOf(4, 3)]).toEqual(['delivered', 'read']);
});
