import { expect } from '@jest/globals';
import type { ErrorObject } from '@parley/protocol';
import { eventually } from '@parley/testkit';
import type { Line } from '../line.js';
import type { Person } from '../person.js';
import type { Behaviours } from '../stage.js';
import { anError } from './shapes.js';

/** A deployment that gives one user as many sockets has no cap to be tried. */
const MOST_SOCKETS = 400;
/** Until the nodes know each other's counts, each may let in a few too many. */
const FEW = 20;

interface Decision {
  line: Line;
  /** Null where it was let in. */
  refusal: ErrorObject | null;
}

/** A device on the next node or the one named, once the node has decided about it. */
async function decided(person: Person, url?: string, reconnection = false): Promise<Decision> {
  const line = person.dial({ reconnection }, url);
  const first = await eventually('a socket is let in or refused', async () => line.received[0] ?? null);
  return { line, refusal: first.name === 'server:closing' ? first.payload.error : null };
}

/** Connects one device after the other until one is refused, or fails where more than `most` are let in. */
async function untilRefused(person: Person, { url, most = MOST_SOCKETS }: { url?: string; most?: number } = {}) {
  const held: Line[] = [];
  while (held.length <= most) {
    const { line, refusal } = await decided(person, url);
    if (refusal) return { held, refusal, line };
    held.push(line);
  }
  throw new Error(`More than ${most} sockets were let in.`);
}

export const connectionCap: Behaviours = {
  '§5 G8: who has all the sockets that one user may on one node is refused on every node, and told to wait longer each time':
    async (stage) => {
      const person = await stage.person();
      const { held, refusal, line } = await untilRefused(person, { url: person.url });
      expect(refusal).toEqual(anError('rate_limited', { retryAfterMs: expect.any(Number) }));
      for (const url of stage.urls) await untilRefused(person, { url, most: FEW });
      await eventually('the wait has grown', async () => {
        const next = await decided(person, person.url);
        return (next.refusal?.retryAfterMs ?? 0) > 1.5 * (refusal.retryAfterMs ?? Number.POSITIVE_INFINITY);
      });
      expect(line.all('ready')).toEqual([]);
      expect(held.filter(({ ended }) => ended !== null)).toEqual([]);
      const other = await stage.person();
      await other.connect();
    },

  '§5 G8: a refused socket.io-client takes a place that is free by itself, on any node, and the cap holds on': async (
    stage,
  ) => {
    const person = await stage.person();
    const { held } = await untilRefused(person);
    for (const url of stage.urls) await untilRefused(person, { url, most: FEW });
    const waiting = await Promise.all(stage.urls.map((url) => decided(person, url, true)));
    expect(waiting.flatMap(({ line }) => line.all('ready'))).toEqual([]);
    for (const line of held.slice(0, FEW)) line.close();
    for (const { line } of waiting) expect((await line.ready()).userId).toBe(person.id);
    for (const url of stage.urls) await untilRefused(person, { url, most: 2 * FEW });
    expect(held.slice(FEW).filter(({ ended }) => ended !== null)).toEqual([]);
  },
};
