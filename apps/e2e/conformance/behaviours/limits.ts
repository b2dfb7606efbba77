import { expect } from '@jest/globals';
import { eventually } from '@parley/testkit';
import type { Behaviours } from '../stage.js';
import { anError } from './shapes.js';

/** More than any deployment takes of one user at once of what is asked here. */
const MANY = 120;

const numberOf = (headers: Headers, name: string): number => Number(headers.get(name) ?? Number.NaN);

export const limits: Behaviours = {
  '§3 §5: commands beyond their budget are refused with the time after which one is taken again, and the socket is told':
    async (stage) => {
      const person = await stage.person();
      const line = await person.connect();
      const answers = await Promise.all(
        Array.from({ length: MANY }, () => line.try('presence:idle', { isIdle: false })),
      );
      const refused = answers.flatMap((answer) => (answer.success ? [] : [answer.error]));
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(MANY);
      for (const error of refused) expect(error).toEqual(anError('rate_limited', { retryAfterMs: expect.any(Number) }));
      const { retryAfterMs } = await line.first('rate:limited');
      expect(retryAfterMs).toBeGreaterThan(0);
      await eventually(
        'a command is taken again',
        async () => (await line.try('presence:idle', { isIdle: false })).success,
      );
      expect(line.ended).toBeNull();
    },

  '§3: requests beyond their budget are answered 429 with Retry-After, and each tells how much is left': async (
    stage,
  ) => {
    const person = await stage.person();
    const find = () => person.call('GET', '/users?query=nobody');
    const first = await find();
    const [limit, left] = ['limit', 'remaining'].map((name) => numberOf(first.headers, `x-ratelimit-${name}`));
    expect([first.status, left]).toEqual([200, (limit as number) - 1]);
    expect(numberOf(first.headers, 'x-ratelimit-reset')).toBeGreaterThan(0);
    const answers = await Promise.all(Array.from({ length: MANY }, find));
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body).toEqual({ error: anError('rate_limited', { retryAfterMs: expect.any(Number) }) });
    expect(numberOf(refused?.headers as Headers, 'retry-after')).toBeGreaterThanOrEqual(1);
    expect(numberOf(refused?.headers as Headers, 'x-ratelimit-remaining')).toBe(0);
  },
};
