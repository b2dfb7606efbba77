import { describe, expect, it } from '@jest/globals';
import { Keys } from '../keys.js';
import { BusSeal } from './bus-seal.js';

const keys = new Keys('a secret of two nodes');
const seal = new BusSeal(keys, 'here');
const NODE = '0a1b2c3d';
const said = Buffer.from(seal.close(NODE, 'c:1', 'payload ä€😀'));
const change = (at: number) => {
  const changed = Buffer.from(said);
  changed[at] = (changed[at] as number) ^ 1;
  return changed;
};

describe('what nodes publish to each other', () => {
  it('G3 G5: is opened by every node of the deployment, on its channel', () => {
    expect(new BusSeal(keys, 'here').open('c:1', said)?.toString()).toBe('payload ä€😀');
    expect(seal.senderOf(said)).toBe(NODE);
    expect(seal.open('beat', Buffer.from(seal.close(NODE, 'beat', '')))?.toString()).toBe('');
  });

  it('G3 G5: is not where a single bit of it is another, or a part is missing', () => {
    for (let at = 0; at < said.length; at += 1) {
      expect([at, seal.open('c:1', change(at))]).toEqual([at, null]);
      expect([at, seal.open('c:1', said.subarray(0, at))]).toEqual([at, null]);
    }
    expect(seal.open('c:1', Buffer.concat([said, Buffer.from('x')]))).toBeNull();
  });

  it('is not on another channel, of another secret, or of a copy of the database', () => {
    expect(seal.open('c:2', said)).toBeNull();
    for (const other of [new BusSeal(keys, 'there'), new BusSeal(new Keys('another secret'), 'here')]) {
      expect(other.open('c:1', said)).toBeNull();
      expect(other.prefix).not.toBe(seal.prefix);
    }
  });
});
