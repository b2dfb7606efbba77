import { describe, expect, it } from '@jest/globals';
import { difference } from './difference.js';
import { writeScript } from './script.js';
import { type PlayedSeed, playSeeds } from './seeds.js';
import type { Engine } from './venue.js';

const OPERATIONS = 500;

/** One seed that meets small bounds of answers, and one that meets the protocol's. The rest is `npm run fuzz`. */
const PARTS: { engine: Engine; seeds: number[] }[] = [
  { engine: 'postgres', seeds: [1, 2] },
  { engine: 'embedded', seeds: [3] },
];

describe('seeded fuzz', () => {
  it.each(PARTS)(
    'G2 G3 G4 G5 G6 S4.22: after any storm every device shows what a fresh fetch shows, on $engine',
    async ({ engine, seeds }) => {
      const played: PlayedSeed[] = [];
      await playSeeds({ engine, seeds, operations: OPERATIONS }, (one) => played.push(one));
      expect(played.map(({ seed }) => seed)).toEqual(seeds);
      for (const { seed, faults } of played) expect({ engine, seed, faults }).toEqual({ engine, seed, faults: [] });
    },
    180_000,
  );

  it('plays the same operations for the same seed, others for another, and all kinds of them', () => {
    const cast = { users: 5, devicesEach: 3, conversations: 3 };
    const script = writeScript(7, 2000, cast);
    expect(writeScript(7, 2000, cast)).toEqual(script);
    expect(writeScript(8, 2000, cast)).not.toEqual(script);
    expect(script.length).toBeGreaterThanOrEqual(2000);
    expect(new Set(script.map(({ kind }) => kind)).size).toBe(30);
    expect(new Set(script.map(({ device }) => device)).size).toBe(15);
  });

  it('says where two states differ', () => {
    const state = { list: [{ id: 'a', count: 1, peer: null }], extra: undefined };
    expect(difference(state, { list: [{ id: 'a', count: 1, peer: null }] })).toBeNull();
    expect(difference(state, { list: [{ id: 'a', count: 2, peer: null }] })).toBe('list.0.count is 1, fresh 2');
    expect(difference(state, { list: [] })).toMatch(/^list\.0 is .*, fresh absent$/);
    expect(difference({ list: [] }, { list: {} })).toBe('list is [], fresh {}');
  });
});
