import { describe, expect, it } from '@jest/globals';
import type { Logged } from './device.js';
import { difference } from './difference.js';
import { EVEN_IN_SHORT, sumUp } from './figures.js';
import { writeScript } from './script.js';
import { type PlayedSeed, playSeeds } from './seeds.js';
import type { Engine } from './venue.js';
import { checkVersions } from './versions-oracle.js';

const OPERATIONS = 400;

/** One seed that meets small bounds of answers, and one that meets the protocol's. The rest is `npm run fuzz`. */
const PARTS: { engine: Engine; seeds: number[] }[] = [
  { engine: 'postgres', seeds: [1, 2] },
  { engine: 'embedded', seeds: [5] },
];

describe('seeded fuzz', () => {
  it.each(PARTS)(
    'G2 G3 G4 G5 G6 S4.22: after any storm every device shows what a fresh fetch shows, on $engine',
    async ({ engine, seeds }) => {
      const played: PlayedSeed[] = [];
      await playSeeds({ engine, seeds, operations: OPERATIONS }, (one) => played.push(one));
      expect(played.map(({ seed }) => seed)).toEqual(seeds);
      for (const { seed, faults } of played) expect({ engine, seed, faults }).toEqual({ engine, seed, faults: [] });
      const figures = sumUp(played.map((one) => one.figures));
      expect(EVEN_IN_SHORT.filter((name) => !figures[name])).toEqual([]);
    },
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

  it('sees a gap in a log of versions, and moves after a removal', () => {
    const conversationId = 'c';
    const begun: Logged = { conversationId, from: 0, to: 3, by: 'start' };
    const event = (to: number): Logged => ({ conversationId, from: to - 1, to, by: 'event' });
    const removed = (version: number): Logged => ({ conversationId, by: 'removed', version });
    const sync: Logged = { conversationId, from: 4, to: 9, by: 'sync' };
    expect(checkVersions([begun, event(4), sync, event(10)])).toEqual([]);
    expect(checkVersions([begun, event(5)])).toEqual(['c: event moved it from 4 although it stood at 3']);
    expect(checkVersions([begun, event(4), event(4)])).toHaveLength(1);
    expect(checkVersions([begun, event(4), { ...sync, to: 2 }])).toEqual(['c: a sync moved it back from 4 to 2']);
    expect(checkVersions([begun, removed(4), event(4)])).toEqual([]);
    for (const left of [
      [removed(4), event(4)],
      [event(4), removed(4)],
    ]) {
      expect(checkVersions([begun, ...left, event(5)])).toHaveLength(1);
      expect(checkVersions([begun, ...left, { ...begun, to: 7 }, event(8)])).toEqual([]);
    }
    expect(checkVersions([begun, { by: 'life' }, event(4)])).toHaveLength(1);
  });

  it('names where two states differ', () => {
    const state = { list: [{ id: 'a', count: 1, peer: null }], extra: undefined };
    expect(difference(state, { list: [{ id: 'a', count: 1, peer: null }] })).toBeNull();
    expect(difference(state, { list: [{ id: 'a', count: 2, peer: null }] })).toBe('list.0.count is 1, fresh 2');
    expect(difference(state, { list: [] })).toMatch(/^list\.0 is .*, fresh absent$/);
    expect(difference({ list: [] }, { list: {} })).toBe('list is [], fresh {}');
  });
});
