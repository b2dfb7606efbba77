import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
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
