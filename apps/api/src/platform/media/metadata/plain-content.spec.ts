import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sharp from 'sharp';
import { PlainContent } from './plain-content.js';

const SECRET = /secret|2026:11:29/;

const picture = () => sharp({ create: { width: 200, height: 100, channels: 3, background: '#c84' } });
const told = (orientation: number) =>
  picture()
    .withExif({ IFD0: { Make: 'A secret' }, IFD2: { DateTimeOriginal: '2026:11:29 12:00:00' } })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret/></x:xmpmeta>')
    .withIccProfile('p3')
    .withMetadata({ orientation });

const bytes = (...values: number[]) => Buffer.from(values);

/** In parts of so many bytes. */
async function plain(content: Buffer, part = content.length): Promise<Buffer> {
  const parts = Array.from({ length: Math.ceil(content.length / part) }, (_, i) =>
    content.subarray(i * part, (i + 1) * part),
  );
  return buffer(Readable.from(new PlainContent().read(Readable.from(parts))));
}

/** As uploads come: each block is in the memory of the one before. Sizes are used in turn. */
async function* inOneMemory(content: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  const memory = Buffer.alloc(Math.max(...sizes));
  for (let [at, i] = [0, 0]; at < content.length; i += 1) {
    const copied = content.copy(memory, 0, at, at + (sizes[i % sizes.length] ?? 1));
    at += copied;
    yield memory.subarray(0, copied);
    memory.fill(0xee);
  }
}

/** As stores write: each part is read before the next one is asked for. */
async function stored(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of new PlainContent().read(content)) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

/** With blocks of an application and a comment before the first picture. */
async function gifWithMore(): Promise<Buffer> {
  const gif = await picture().gif().toBuffer();
  const table = 13 + 3 * 2 ** (((gif[10] ?? 0) & 7) + 1);
  const comment = Buffer.concat([bytes(0x21, 0xfe, 8), Buffer.from('a secret'), bytes(0)]);
  const added = Buffer.concat([
    bytes(0x21, 0xff, 11),
    Buffer.from('XMP DataXMP'),
    bytes(6),
    Buffer.from('secret'),
    bytes(0),
  ]);
  return Buffer.concat([gif.subarray(0, table), comment, added, gif.subarray(table), Buffer.from('secret')]);
}

const FORMATS: readonly (readonly [string, () => Promise<Buffer>])[] = [
  ['JPEG', () => told(6).jpeg().toBuffer()],
  ['a progressive JPEG', () => told(6).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer()],
  ['PNG', () => told(6).png().toBuffer()],
  ['WebP', () => told(6).webp().toBuffer()],
  ['a WebP without loss', () => told(6).webp({ lossless: true }).toBuffer()],
  ['AVIF', () => told(6).avif({ effort: 0 }).toBuffer()],
  ['GIF', gifWithMore],
];

describe.each(FORMATS)('%s', (_, make) => {
  it('loses what it says about its making, and nothing of its picture', async () => {
    const content = await make();
    expect(content.toString('latin1')).toMatch(SECRET);
    const left = await plain(content);
    expect(left.toString('latin1')).not.toMatch(SECRET);
    const [before, after] = await Promise.all([content, left].map((each) => sharp(each).metadata()));
    expect(after?.icc).toEqual(before?.icc);
    expect(after?.autoOrient).toEqual(before?.autoOrient);
    const pixels = (each: Buffer) => sharp(each).autoOrient().raw().toBuffer();
    expect((await pixels(left)).equals(await pixels(content))).toBe(true);
  });

  it('is the same in whatever parts it comes, and once there is nothing left to lose', async () => {
    const content = await make();
    const left = await plain(content);
    for (const part of [1, 7, 100]) expect((await plain(content, part)).equals(left)).toBe(true);
    expect((await plain(left)).equals(left)).toBe(true);
  });

  it('is unharmed where the memory of a block is used again for the next one', async () => {
    const content = await make();
    const left = await plain(content);
    const sizes = fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 8 });
    const isUnharmed = async (each: number[]) => (await stored(inOneMemory(content, each))).equals(left);
    const run = await fc.check(fc.asyncProperty(sizes, isUnharmed), { numRuns: 30 });
    expect(run).toMatchObject({ failed: false });
  });

  it('passes as far as it goes where it is cut off, or broken', async () => {
    const content = await make();
    for (let length = 1; length < content.length; length += 13) await plain(content.subarray(0, length));
    for (let at = 0; at < content.length; at += 7) {
      const broken = Buffer.from(content);
      broken[at] = (broken[at] ?? 0) ^ 0xff;
      expect((await plain(broken)).length).toBeLessThanOrEqual(content.length);
    }
  });
});

it.each([1, 2, 3, 4, 5, 6, 7, 8])('a JPEG is turned as it was (%i)', async (orientation) => {
  const { orientation: kept = 1 } = await sharp(await plain(await told(orientation).jpeg().toBuffer())).metadata();
  expect(kept).toBe(orientation);
});

it('what is no picture passes to the byte', async () => {
  for (const content of [
    '',
    'x',
    '%PDF-1.7 secret',
    '\xff\xd8',
    'GIF',
    'RIFF\0\0\0\0WAVEsecret',
    '\0\0\0\x18ftypisom',
  ]) {
    const sent = Buffer.from(content, 'latin1');
    expect((await plain(sent)).equals(sent)).toBe(true);
  }
});

it('what stands behind the end of a JPEG is not a part of it', async () => {
  const content = await picture().jpeg().toBuffer();
  const left = await plain(Buffer.concat([content, content, Buffer.from('PK\x03\x04secret')]));
  expect(left.equals(await plain(content))).toBe(true);
});

it('tells its sender when nobody reads any more', async () => {
  for (const content of [await picture().jpeg().toBuffer(), Buffer.from('a text')]) {
    const sender = Readable.from([content, content, content]);
    for await (const part of new PlainContent().read(sender)) {
      expect(part.length).toBeGreaterThan(0);
      break;
    }
    expect(sender.destroyed).toBe(true);
  }
});

it('a recording is unharmed where the memory of a block is used again for the next one', async () => {
  const content = Buffer.from(
    '\0\0\0\x0cftypisom\0\0\0\x40moov\0\0\0\x10trakabcdefgh\0\0\0\x14udta\0\0\0\x0c\xa9xyz+52.\0\0\0\x14mdhdxxxxxxxxxxxx\0\0\0\x0cfreeabcd',
    'latin1',
  );
  const left = await plain(content);
  for (let size = 1; size <= 20; size += 1) {
    expect((await stored(inOneMemory(content, [size]))).equals(left)).toBe(true);
  }
});

describe('a content of very many structures', () => {
  const secret = (text: string) => Buffer.concat([bytes(0xff, 0xfe, 0, 2 + text.length), Buffer.from(text)]);
  const end = bytes(0xff, 0xd9);

  it('loses its comments behind any number of bytes and blocks that mean nothing', async () => {
    const filled = Buffer.concat([bytes(0xff, 0xd8), Buffer.alloc(150_001, 0xff)]);
    const alone = Buffer.concat([bytes(0xff, 0xd8), Buffer.alloc(300_000, bytes(0xff, 0xd0))]);
    for (const start of [filled, alone]) {
      const left = await stored(inOneMemory(Buffer.concat([start, secret('secret'), end]), [4_097, 4_096]));
      expect(left.equals(Buffer.concat([start, end]))).toBe(true);
    }
    const gif = await gifWithMore();
    const frame = Buffer.concat([
      bytes(0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2),
      Buffer.alloc(300_000, bytes(1, 0xaa)),
      bytes(0),
    ]);
    const table = 13 + 3 * 2 ** (((gif[10] ?? 0) & 7) + 1);
    const content = Buffer.concat([gif.subarray(0, table), frame, gif.subarray(table)]);
    const left = await stored(inOneMemory(content, [4_097, 4_096]));
    expect(left.toString('latin1')).not.toMatch(SECRET);
    expect(left.subarray(0, table + frame.length).equals(content.subarray(0, table + frame.length))).toBe(true);
  });

  it.each<[string, Buffer, Buffer]>([
    ['JPEG', bytes(0xff, 0xd8), bytes(0xff, 0xe1, 0, 2)],
    ['GIF', Buffer.concat([Buffer.from('GIF89a'), bytes(1, 0, 1, 0, 0, 0, 0)]), bytes(0x21, 0xfe, 0)],
    ['PNG', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from('\0\0\0\0tEXtcccc')],
    ['WebP', Buffer.from('RIFF\xff\xff\xff\x00WEBP', 'latin1'), Buffer.from('VP8 \0\0\0\0')],
    ['MP4', Buffer.from('\0\0\0\x0cftypisom'), Buffer.from('\0\0\0\x08wide')],
  ])('lets others have their turns, and passes as it is from some place on: %s', async (_, start, structure) => {
    const [count, most] = [120_000, 101_000];
    let turns = 0;
    const turn = () => {
      turns += 1;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    const text = Buffer.from('secret in a tail of bytes');
    const content = Buffer.concat([start, Buffer.alloc(structure.length * count, structure), text]);
    const left = await stored(inOneMemory(content, [content.length]));
    clearImmediate(next);
    expect(turns).toBeGreaterThan(100);
    const tail = Buffer.concat([Buffer.alloc(structure.length * (count - most), structure), text]);
    expect(left.subarray(-tail.length).equals(tail)).toBe(true);
  });
});
