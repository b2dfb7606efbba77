import { crc32, deflateSync } from 'node:zlib';

/** Files that specs make themselves: real ones, small, and the same each time. */

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A picture of hills, in a colour of its own. PNG. */
export function paintedPicture(width: number, height: number, hue: number): Buffer {
  return pngOf(width, height, (x, y) => {
    const hill = height * (0.55 + 0.15 * Math.sin((x / width) * 9 + hue));
    return colourOf(y < hill ? 0.75 - (0.3 * y) / height : 0.3, hue);
  });
}

/** Upright stripes of these colours, as wide as each other. PNG. */
export function stripedPicture(width: number, height: number, colours: readonly number[][]): Buffer {
  return pngOf(width, height, (x) => colours[Math.floor((x / width) * colours.length)] ?? []);
}

function pngOf(width: number, height: number, colourAt: (x: number, y: number) => number[]): Buffer {
  const rows = Buffer.alloc((1 + 3 * width) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) rows.set(colourAt(x, y), y * (1 + 3 * width) + 1 + 3 * x);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([PNG, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

function colourOf(light: number, hue: number): number[] {
  return [0, 2.1, 4.2].map((turn) => Math.round(255 * light * (0.75 + 0.25 * Math.cos(hue + turn))));
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), content]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(content.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

const RATE = 8_000;

/** A tone. WAV. */
export function tone(seconds: number): Buffer {
  const samples = Buffer.alloc(RATE * seconds, 128);
  for (let at = 0; at < samples.length; at += 1) samples[at] = 128 + Math.round(60 * Math.sin(at / 3));
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}

/** Begins like a video, and has nothing to play. MP4. */
export function brokenVideo(): Buffer {
  const head = Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2', 'latin1');
  return Buffer.concat([head, Buffer.alloc(2_000)]);
}

export const PAGE = Buffer.from('%PDF-1.7\n%%EOF\n');
