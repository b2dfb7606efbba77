import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { crc32, deflate, deflateRaw, gzip } from 'node:zlib';
import { eventually } from '@parley/testkit';
import type { Row } from '../row.contract.js';
import { memoryOf, mustNotGrow } from './content.js';
import { aFile, UPLOADING } from './files.js';

// The nodes reach their database through this process, which may not stand still.
const [packed, packedRaw, zipped] = [
  promisify<Buffer, Buffer>(deflate),
  promisify<Buffer, Buffer>(deflateRaw),
  promisify<Buffer, Buffer>(gzip),
];
const MEBIBYTE = 2 ** 20;
const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** More than is decoded, and little enough for a decoder that does. */
const SIDE = 20_000;

const numbers = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((each, i) => bytes.writeUInt32BE(each, 4 * i));
  return bytes;
};

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  return Buffer.concat([numbers(content.length), named, numbers(crc32(named))]);
}

/** A black picture of so many pixels a side, all of which are there if `rows` is as many: a bit each, which take a thousandth. */
async function flood(side: number, rows = side): Promise<Buffer> {
  const header = Buffer.concat([numbers(side, side), Buffer.from([1, 0, 0, 0, 0])]);
  const pixels = await packed(Buffer.alloc(rows * (1 + Math.ceil(side / 8))));
  // Black is nobody else's.
  const name = chunk('tEXt', Buffer.from(`Title\0${randomBytes(8).toString('hex')}`));
  return Buffer.concat([
    ...[PNG_SIGNATURE, chunk('IHDR', header), name, chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))],
  ]);
}

/** An archive of one file, as documents of offices are. */
async function zipOf(name: string, content: Buffer): Promise<Buffer> {
  const inside = await packedRaw(content);
  const facts = Buffer.alloc(26);
  for (const [at, value] of [
    [0, 20],
    [4, 8],
    [22, name.length],
  ] as const)
    facts.writeUInt16LE(value, at);
  for (const [at, value] of [
    [10, crc32(content)],
    [14, inside.length],
    [18, content.length],
  ] as const)
    facts.writeUInt32LE(value, at);
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, Buffer.from(name), inside]);
  const entry = Buffer.concat([
    Buffer.from('PK\x01\x02\x14\x00', 'latin1'),
    facts,
    Buffer.alloc(14),
    Buffer.from(name),
  ]);
  const end = Buffer.alloc(18);
  for (const [at, value] of [
    [4, 1],
    [6, 1],
  ] as const)
    end.writeUInt16LE(value, at);
  for (const [at, value] of [
    [8, entry.length],
    [12, local.length],
  ] as const)
    end.writeUInt32LE(value, at);
  return Buffer.concat([local, entry, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

/** Ten archives, each in the one around it. */
async function nested(content: Buffer): Promise<Buffer> {
  let archive = content;
  for (let depth = 0; depth < 10; depth += 1) archive = await zipOf('a.zip', archive);
  return archive;
}

/** Each is small, and would be large if it were unpacked. */
async function bombs(): Promise<[string, Buffer][]> {
  const zeros = Buffer.alloc(50 * MEBIBYTE);
  return [
    ['a.gz', await zipped(zeros)],
    ['a.docx', await zipOf('[Content_Types].xml', zeros)],
    ['a.docx', await zipOf('word/document.xml', zeros)],
    ['a.zip', await nested(zeros)],
    ['a.png', await flood(60_000, 1)],
    ['a.png', await flood(SIDE)],
    ['a.svg', Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="1e9" height="1e9">${'<g>'.repeat(10_000)}`)],
  ];
}

export const bombRows: Row[] = [
  {
    id: 'A45',
    title:
      'what is small and becomes large, as archives, documents and pictures: kept as it came, and unpacked by nobody',
    changes: UPLOADING,
    async run(target) {
      const { mallory } = target.fixture;
      const contents = await bombs();
      const memory = memoryOf(target);
      for (const [name, content] of contents) {
        const file = await aFile(target, mallory, name, content);
        const what = `${name} of ${content.length} bytes`;
        target.must(file.width === undefined, `${what} was looked into: ${JSON.stringify(file)}`);
        await eventually(`it is known that nothing of ${what} can be shown`, async () => {
          const answer = await target.api(mallory, `GET /files/${file.fileId}/thumbnail`);
          if (answer.status !== 503) target.refused(answer, 'not_found');
          return answer.status !== 503;
        });
        const read = await target.api(mallory, `GET /files/${file.fileId}`);
        target.must(read.headers['content-encoding'] === undefined, `${what} is handed out to be unpacked`);
      }
      mustNotGrow(target, memory, 100);
    },
  },
];
