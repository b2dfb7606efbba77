import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { ByteSource } from './byte-source.js';
import { plainMp4 } from './mp4-metadata.js';

const box = (type: string, ...content: (Buffer | string)[]) => {
  const bytes = Buffer.concat(content.map((each) => (typeof each === 'string' ? Buffer.from(each, 'latin1') : each)));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + bytes.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, bytes]);
};
const times = (version: number) =>
  Buffer.concat([Buffer.from([version, 0, 0, 0]), Buffer.alloc(version === 1 ? 16 : 8, 0xaa)]);
const meta = (kind: string, text: string) =>
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
});
