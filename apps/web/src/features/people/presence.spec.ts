import { expect, it } from '@jest/globals';
import { markOf, presenceWords } from './presence.js';

const NOW = new Date(2026, 2, 12, 18, 0);
const seen = (day: number, hours = 10, isOnline: boolean | null = false) => ({
  isOnline,
  lastSeenAt: new Date(2026, 2, day, hours, 5).toISOString(),
});
const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' }).format(
  new Date(2026, 2, 1, 10, 5),
);

it.each([
  ['somebody who is here', seen(12, 10, true), 'Online'],
  ['somebody whose devices all rest', { ...seen(12, 10, true), isAway: true }, 'Away'],
  ['somebody who left today', seen(12), `Last seen at ${clock}`],
  ['somebody who left yesterday', seen(11), `Last seen yesterday at ${clock}`],
  ['somebody who left within the week', seen(9), expect.stringMatching(/^Last seen on .+ at /)],
  ['somebody who hides it', { isOnline: false, lastSeenAt: null }, null],
  ['a stranger', { isOnline: null, lastSeenAt: null }, null],
  ['nobody', null, null],
])('P2: of %s it says what is known', (_who, presence, words) => {
  expect(presenceWords(presence, NOW)).toEqual(words);
});

it('P2: only who is online has a mark, and another one while away', () => {
  expect([seen(12, 10, true), { ...seen(12, 10, true), isAway: true }, seen(12), null].map(markOf)).toEqual([
    'online',
    'away',
    null,
    null,
  ]);
});
