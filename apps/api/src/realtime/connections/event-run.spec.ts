import { describe, expect, it } from '@jest/globals';
import { FrameReader } from '@parley/testkit';
import { EventRun, handsOnFrames, RunPart, SharedEvent } from './event-run.js';

/** The texts of the frames in these bytes, as a client reads them; null where they don't end with a frame. */
function textsOf(bytes: Buffer): string[] | null {
  const texts: string[] = [];
  let end = 0;
  const reader = new FrameReader(
    (frames, from, to) => {
      texts.push(frames.toString('utf8', from, to));
      end = to;
    },
    () => undefined,
  );
  reader.push(bytes);
  return end === bytes.length ? texts : null;
}

const run = (...texts: string[]) => {
  const made = new EventRun();
  for (const text of texts) made.add(new SharedEvent(text));
  return made;
};
const bytesOf = ({ wsPreEncodedFrame }: RunPart | SharedEvent) => Buffer.concat(wsPreEncodedFrame);

describe('events that many connections get', () => {
  it('are frames of any length, one after the other, as a client reads them', () => {
    // With the sign of Engine.IO before it, each is as long as one of the three ways to write a length allows, and longer.
    const texts = [0, 1, 124, 125, 126, 65_534, 65_535, 65_536, 3].map((length) => 'x'.repeat(length));
    expect(textsOf(run(...texts).bytes(0, texts.length))).toEqual(texts.map((text) => `4${text}`));
  });

  it('are as long as their bytes are, and not as their characters', () => {
    const texts = ['ä'.repeat(62), 'ä'.repeat(63), '語'.repeat(21_845), '😀 \u2028', '\ud800'];
    const read = textsOf(run(...texts).bytes(0, texts.length));
    expect(read).toEqual(texts.map((text) => `4${text.toWellFormed()}`));
  });

  it('are the same bytes for all who get them from the first to the last', () => {
    const all = run('a', 'b', 'c');
    const [one, other] = [new RunPart(run('a'), 0), new RunPart(all, 2)];
    expect(all.bytes(0, 3)).toBe(all.bytes(0, 3));
    expect(textsOf(bytesOf(one))).toEqual(['4a']);
    expect(textsOf(bytesOf(other))).toEqual(['4c']);
  });

  it('are given in part to who came later or got something between', () => {
    const all = run('a', 'b', 'long '.repeat(40));
    expect([textsOf(all.bytes(0, 2)), textsOf(all.bytes(1, 2)), textsOf(all.bytes(1, 3))?.length]).toEqual([
      ['4a', '4b'],
      ['4b'],
      2,
    ]);
  });

  it('are one part only where they follow each other', () => {
    const all = run('a', 'b', 'c');
    const part = new RunPart(all, 0);
    expect([part.extend(all, 2), part.extend(run('b', 'c'), 1)]).toEqual([false, false]);
    expect([part.extend(all, 1), part.extend(all, 2)]).toEqual([true, true]);
    expect(textsOf(bytesOf(part))).toEqual(['4a', '4b', '4c']);
  });

  it('are no more once somebody was given the bytes', () => {
    const all = run('a', 'b');
    expect(all.isSealed).toBe(false);
    all.bytes(0, 1);
    expect(all.isSealed).toBe(true);
  });

  it('are the same one by one, for who gets one', () => {
    expect(textsOf(bytesOf(new SharedEvent('2["ä"]')))).toEqual(['42["ä"]']);
  });
});

it('Engine.IO and ws hand on the frames of an event as they get them: look at both where they do so no more', () => {
  expect(handsOnFrames()).toBe(true);
});
