import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { box } from '../../../../test/box.js';
import { ByteSource } from './byte-source.js';
import { plainMp4 } from './mp4-metadata.js';
import { PlainContent } from './plain-content.js';

const times = (version: number) =>
  Buffer.concat([Buffer.from([version, 0, 0, 0]), Buffer.alloc(version === 1 ? 16 : 8, 0xaa)]);
const meta = (kind: string, text: string | Buffer) =>
  box('meta', Buffer.alloc(4), box('hdlr', Buffer.alloc(8), kind, 'xxxx'), text);

async function* bytewise(content: Buffer): AsyncGenerator<Buffer> {
  for (const byte of content) yield Buffer.from([byte]);
}

async function* whole(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}

const plain = (parts: AsyncIterable<Buffer>) => buffer(plainMp4(new ByteSource(parts)));

describe('a recording', () => {
  const recording = (user: Buffer[], keys: Buffer[], made: (version: number) => Buffer) =>
    Buffer.concat([
      box('ftyp', 'isom'),
      box('mdat', 'free, meta and udta are words here'),
      box(
        'moov',
        box('mvhd', made(0), 'length'),
        box('trak', box('tkhd', made(1), 'matrix'), box('mdia', box('mdhd', made(0)), box('minf', 'tables'))),
        box('udta', ...user),
        ...keys,
      ),
    ]);
  const titles = meta('mdir', 'title');
  const content = recording([box('\xa9xyz', '+52.5+13.4/'), titles], [meta('mdta', 'location')], times);
  const none = (version: number) => Buffer.from(times(version).map((byte, i) => (i < 4 ? byte : 0)));
  const emptied = (bytes: Buffer) => box('free', Buffer.alloc(bytes.length - 8));
  const expected = recording(
    [emptied(box('\xa9xyz', '+52.5+13.4/')), titles],
    [emptied(meta('mdta', 'location'))],
    none,
  );

  it('says neither where nor when it was made, and all else is where it was', async () => {
    expect(await plain(whole(content))).toEqual(expected);
    expect(await plain(bytewise(content))).toEqual(expected);
  });

  it('passes as it is where its boxes are none, or have no end', async () => {
    for (const odd of [
      Buffer.from('\0\0\0\x02moov'),
      Buffer.concat([box('ftyp', 'isom'), Buffer.from('\0\0\0\0mdatmeta')]),
    ]) {
      expect(await plain(whole(odd))).toEqual(odd);
    }
    const cut = content.subarray(0, content.length - 10);
    expect(await plain(whole(cut))).toEqual(expected.subarray(0, cut.length));
  });

  it('may be cut off or broken at each byte', async () => {
    for (let length = 0; length < content.length; length += 1) {
      expect(await plain(whole(content.subarray(0, length)))).toHaveLength(length);
    }
    for (let at = 0; at < content.length; at += 1) {
      for (const value of [0, 1, 8, 0x7f, 0xff]) {
        const broken = Buffer.from(content);
        broken[at] = value;
        expect(await plain(whole(broken))).toHaveLength(content.length);
      }
    }
  });

  it('may have boxes that are too short for their times', async () => {
    for (const type of ['mvhd', 'tkhd', 'mdhd']) {
      for (const made of [times(0), times(1)]) {
        for (let length = 0; length < made.length; length += 1) {
          const short = box(type, made.subarray(0, length));
          const left = await plain(whole(Buffer.concat([short, box('mdat', 'sound')])));
          const zeros = Buffer.from(made.subarray(0, length)).fill(0, Math.min(4, length));
          expect(left).toEqual(Buffer.concat([box(type, zeros), box('mdat', 'sound')]));
        }
      }
    }
  });

  it('keeps the chapters of a book', async () => {
    const book = box('moov', box('udta', box('chpl', 'chapters')));
    expect(await plain(whole(book))).toEqual(book);
  });
});

describe('what is said about music', () => {
  const cover = Buffer.alloc(3_000_000, 0xcc);
  const music = Buffer.concat([
    box('ftyp', 'M4A '),
    box('moov', box('mvhd', times(0)), box('udta', box('\xa9xyz', '+52.5+13.4/'), meta('mdir', cover), box('more'))),
    box('mdat', 'sound'),
  ]);
  const expected = Buffer.from(music).fill(
    0,
    music.indexOf(Buffer.alloc(4, 0xaa)),
    music.indexOf(Buffer.alloc(4, 0xaa)) + 8,
  );
  const place = music.indexOf('\xa9xyz', 0, 'latin1');
  expected.write('free', place).toString();
  expected.fill(0, place + 4, place + 15);
  expected.write('free', expected.lastIndexOf('more'));

  it('stays with the picture of its album, which is passed on as it comes and never held', async () => {
    async function* inParts(): AsyncGenerator<Buffer> {
      for (let at = 0; at < music.length; at += 10_000) yield music.subarray(at, at + 10_000);
    }
    const sizes: number[] = [];
    const parts: Buffer[] = [];
    for await (const part of plainMp4(new ByteSource(inParts()))) {
      sizes.push(part.length);
      parts.push(part);
    }
    expect(Buffer.concat(parts).equals(expected)).toBe(true);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(10_048);
  });

  it('is zeros from where it is no box', async () => {
    const odd = (rest: string) => box('moov', box('udta', box('chpl', 'chapters'), Buffer.from(rest, 'latin1')));
    const left = await plain(whole(odd('\0\0\x10\0\xa9xyz+52.5+13.4/')));
    expect(left).toEqual(odd('\0'.repeat(19)));
  });
});

describe('a content of the format of recordings', () => {
  const added = box('uuid', 'read by decoders');
  const read = (content: Buffer) => buffer(new PlainContent().read(whole(content)));

  it.each([
    'isom',
    'iso2',
    'iso6',
    'mp41',
    'mp42',
    'qt  ',
    'M4A ',
    'M4V ',
    'M4B ',
    '3gp4',
    '3g2a',
    'avc1',
    'dash',
    'MSNV',
  ])('is one by the brand %j', async (brand) => {
    const left = await read(Buffer.concat([box('ftyp', brand, 'more'), added]));
    expect(left).toEqual(Buffer.concat([box('ftyp', brand, 'more'), box('free', Buffer.alloc(16))]));
  });

  it.each(['moov', 'mdat', 'wide'])('is one that begins with %s', async (type) => {
    expect(await read(Buffer.concat([box(type), added]))).toEqual(
      Buffer.concat([box(type), box('free', Buffer.alloc(16))]),
    );
  });

  it.each(['crx ', 'miaf', 'avio', 'avci', 'jpeg', 'vvic', 'piff', 'mp21'])('passes as it is by %j', async (brand) => {
    const content = Buffer.concat([box('ftyp', brand, 'more'), meta('pict', 'items'), box('moov', added), added]);
    expect(await read(content)).toEqual(content);
  });
});
