import { buffer } from 'node:stream/consumers';
import { describe, expect, it, jest } from '@jest/globals';
import { box } from '../../../../test/box.js';
import { ByteSource } from './byte-source.js';
import { MOST_ENTRIES, metadataIn } from './heif-boxes.js';
import { plainHeif } from './heif-metadata.js';

const short = (...values: number[]) => Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 0xff])));

/** A directory whose first item is EXIF. `sizes` are those of the offsets and lengths of its places. */
const directory = (sizes: number, items: number, places: Buffer) =>
  box(
    'meta',
    Buffer.alloc(4),
    box('iinf', Buffer.alloc(4), short(1), box('infe', Buffer.from([2, 0, 0, 0]), short(1, 0), 'Exif\0')),
    box('iloc', Buffer.alloc(4), Buffer.from([sizes, 0]), short(items), places),
  );
/** An item of so many extents; its places are all of this file. */
const item = (id: number, extents: number) => short(id, 0, extents);

const HEAD = box('ftyp', 'heic');
const withExtents = (extents: readonly (readonly [start: number, length: number])[]) =>
  directory(0x22, 1, Buffer.concat([item(1, extents.length), ...extents.map((extent) => short(...extent))]));

async function* inParts(content: Buffer, length = content.length): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += length) yield content.subarray(at, at + length);
}

const plain = (content: Buffer, part?: number) => buffer(plainHeif(new ByteSource(inParts(content, part))));

/** In milliseconds of the processor, which a busy machine does not lengthen. */
async function work(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

describe('a directory of a picture', () => {
  const data = box('mdat', '0123456789'.repeat(4));
  const first = HEAD.length + withExtents(Array.from({ length: 5 }, () => [0, 0])).length + 8;
  const picture = Buffer.concat([
    HEAD,
    withExtents([
      [first + 30, 2],
      [first + 4, 6],
      [first + 8, 4],
      [first + 5, 1],
      [first + 20, 0],
    ]),
    data,
  ]);

  it('names what is emptied, in any order, and more than once', async () => {
    const expected = Buffer.from(picture);
    expected.fill(0, first + 4, first + 12).fill(0, first + 30, first + 32);
    for (const part of [picture.length, 1, 3]) expect(await plain(picture, part)).toEqual(expected);
  });

  it('may be cut off or broken at each byte', async () => {
    for (let length = 0; length < picture.length; length += 1) {
      expect(await plain(picture.subarray(0, length))).toHaveLength(length);
    }
    for (let at = 0; at < picture.length; at += 1) {
      for (const value of [0, 1, 8, 0x7f, 0xff]) {
        const broken = Buffer.from(picture);
        broken[at] = value;
        expect(await plain(broken)).toHaveLength(picture.length);
      }
    }
  });

  it('has no places without a length, however many it claims', async () => {
    const named = directory(0, 2, Buffer.concat([item(1, 65_535), item(1, 65_535)]));
    expect(metadataIn(named, 0)).toEqual([]);
    const unnamed = directory(0, MOST_ENTRIES, Buffer.concat(Array<Buffer>(MOST_ENTRIES).fill(item(2, 65_535))));
    expect(await work(() => metadataIn(unnamed, 0))).toBeLessThan(1_000);
  });

  it('names a place as often as it likes, and it is emptied once', async () => {
    const large = 100_000;
    const extent = Buffer.alloc(6);
    extent.writeUInt32BE(large, 2);
    const places = directory(
      0x24,
      1,
      Buffer.concat([item(1, MOST_ENTRIES), ...Array<Buffer>(MOST_ENTRIES).fill(extent)]),
    );
    const content = Buffer.concat([HEAD, places, box('mdat', Buffer.alloc(large, 1))]);
    expect(metadataIn(places, 0)).toHaveLength(MOST_ENTRIES);
    const fill = jest.spyOn(Buffer.prototype, 'fill');
    await plain(content);
    const fills = fill.mock.calls.length;
    fill.mockRestore();
    expect(fills).toBeGreaterThan(0);
    expect(fills).toBeLessThan(10);
  });

  it('of more entries than pictures have is none', async () => {
    const extents = (length: number) => withExtents(Array.from({ length }, () => [HEAD.length + 4, 1] as const));
    expect(metadataIn(extents(MOST_ENTRIES), 0)).toHaveLength(MOST_ENTRIES);
    const more = Buffer.concat([HEAD, extents(MOST_ENTRIES + 1), data]);
    expect(await plain(more)).toEqual(more);
    const items = directory(0x22, MOST_ENTRIES + 1, Buffer.concat([item(1, 1), short(HEAD.length, 1)]));
    expect(metadataIn(items, 0)).toEqual([]);
    const behind = [...Array<Buffer>(MOST_ENTRIES).fill(box('free')), extents(1).subarray(12)];
    expect(metadataIn(box('meta', Buffer.alloc(4), ...behind), 0)).toEqual([]);
  });
});

it('boxes that applications add to a picture are emptied, and cost no more the more there are', async () => {
  const content = Buffer.concat([HEAD, box('uuid', 'a secret'), box('mdat', 'picture'), box('free', 'a secret')]);
  const expected = Buffer.concat([
    HEAD,
    box('uuid', Buffer.alloc(8)),
    box('mdat', 'picture'),
    box('free', Buffer.alloc(8)),
  ]);
  for (const part of [content.length, 1]) expect(await plain(content, part)).toEqual(expected);
  const many = Buffer.concat([HEAD, ...Array<Buffer>(40_000).fill(box('free'))]);
  expect(await work(() => plain(many, 65_536))).toBeLessThan(3_000);
});

it('large directories share a bound of memory: beyond it they may be repeated, and small ones pass', async () => {
  const large = box('meta', Buffer.alloc(4_194_296));
  const rest = Promise.withResolvers<void>();
  async function* slow(): AsyncGenerator<Buffer> {
    yield Buffer.concat([HEAD, large.subarray(0, 100)]);
    await rest.promise;
    yield large.subarray(100);
  }
  const reading = Array.from({ length: 8 }, () => buffer(plainHeif(new ByteSource(slow()))));
  await new Promise((resolve) => setImmediate(resolve));
  await expect(buffer(plainHeif(new ByteSource(slow())))).rejects.toMatchObject({
    code: 'service_unavailable',
    extra: { retryAfterMs: expect.any(Number) },
  });
  const small = Buffer.concat([HEAD, box('meta', Buffer.alloc(1_000))]);
  expect(await plain(small)).toEqual(small);
  rest.resolve();
  const whole = Buffer.concat([HEAD, large]);
  for (const each of await Promise.all(reading)) expect(each.equals(whole)).toBe(true);
  expect((await plain(whole, 65_536)).equals(whole)).toBe(true);
});
