import { expect } from '@jest/globals';
import type { Me } from '@parley/protocol';
import { inSeconds } from '../host-token.js';
import type { Behaviours, Stage } from '../stage.js';

const PICTURE = 'https://host.example/p.png';

/**
 * One user of the host product: sends a token with these claims to a node, each time the next one; returns `users/me`.
 */
async function aUser(stage: Stage) {
  const person = await stage.person({ iat: inSeconds(-100) });
  const sub = person.username;
  let turns = 0;
  return async (claims: object) => {
    const url = stage.urls[(turns += 1) % stage.urls.length];
    person.token = stage.token({ sub, ...claims });
    const { status, text } = await person.call('GET', '/users/me', undefined, { url });
    expect([status, text]).toEqual([200, expect.anything()]);
    const { displayName, avatarUrl } = JSON.parse(text) as Me;
    return { displayName, avatarUrl };
  };
}

export const hostTokens: Behaviours = {
  '§2: of several tokens the claims of the greatest iat count, on every node': async (stage) => {
    const ask = await aUser(stage);
    const now = { displayName: 'Married', avatarUrl: PICTURE };
    // Counted from one moment: seconds go by between the requests.
    const [older, old, newest] = [inSeconds(-30), inSeconds(-11), inSeconds(-10)];
    expect(await ask({ name: 'Maiden', iat: older })).toEqual({ displayName: 'Maiden', avatarUrl: null });
    expect(await ask({ name: 'Married', picture: PICTURE, iat: newest })).toEqual(now);
    for (const iat of [older, old, undefined, older]) {
      expect(await ask({ name: 'Maiden', picture: null, iat })).toEqual(now);
    }
  },

  '§2: a picture of null or nothing clears the picture, and a token without one leaves it': async (stage) => {
    const ask = await aUser(stage);
    for (const [after, none] of [null, ''].entries()) {
      const iat = inSeconds(-50 + 10 * after);
      const shown = { displayName: 'A', avatarUrl: PICTURE };
      expect(await ask({ name: 'A', picture: PICTURE, iat })).toEqual(shown);
      expect(await ask({ name: 'A', iat: iat + 1 })).toEqual(shown);
      expect(await ask({ name: 'A', picture: none, iat: iat + 2 })).toEqual({ ...shown, avatarUrl: null });
    }
  },

  '§2: a name that is too long is cut between what people see as letters': async (stage) => {
    const ask = await aUser(stage);
    const long = 'x'.repeat(99);
    for (const [n, letter] of ['😀', '🇫🇷', '👩‍👩‍👧'].entries()) {
      const { displayName } = await ask({ name: `${long}${letter}`, iat: inSeconds(n - 10) });
      expect(displayName).toBe(long);
    }
  },
};
