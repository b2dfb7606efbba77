import { readFile } from 'node:fs/promises';
import libheif from 'libheif-js/wasm-bundle.js';
import { colourProfileIn } from '../metadata/heif-boxes.js';

/** Pixels as `sharp` reads them: bare, or as a TIFF where there is a profile beside them. */
interface HeicPixels {
  content: Buffer;
  raw: { width: number; height: number; channels: 4 } | null;
}

/** The main picture of an HEIC, upright. The parts of it that telephones make are decoded by libheif alone. */
export async function heicOf(input: string, mostPixels: number): Promise<HeicPixels> {
  const file = await readFile(input);
  const images = new libheif.HeifDecoder().decode(file);
  const image = images.find((each) => each.is_primary()) ?? images[0];
  if (!image) throw new Error('It has no picture that can be decoded.');
  const [width, height] = [image.get_width(), image.get_height()];
  if (width * height > mostPixels) throw new Error('It has too many pixels.');
  const shown = await new Promise<{ data: Uint8ClampedArray } | null>((resolve) => {
    image.display({ data: new Uint8ClampedArray(width * height * 4), width, height }, resolve);
  });
  if (!shown) throw new Error('Its picture cannot be decoded.');
  const pixels = Buffer.from(shown.data.buffer);
  for (const each of images) each.free();
  const profile = colourProfileIn(file);
  if (!profile) return { content: pixels, raw: { width, height, channels: 4 } };
  return { content: tiffOf(pixels, { width, height, profile }), raw: null };
}

/** Type and number of a TIFF's entry, and its value or where that is. */
type Entry = [tag: number, type: 3 | 4 | 7, count: number, value: number];

/** RGBA of 8 bits in one strip: how `sharp` can be told of a profile of pixels. */
function tiffOf(
  pixels: Buffer,
  { width, height, profile }: { width: number; height: number; profile: Buffer },
): Buffer {
  const ENTRIES = 12;
  const bitsAt = 8 + 2 + ENTRIES * 12 + 4;
  const profileAt = bitsAt + 8;
  const pixelsAt = profileAt + profile.length + (profile.length % 2);
  const entries: Entry[] = [
    ...([
      [256, 4, 1, width],
      [257, 4, 1, height],
      [258, 3, 4, bitsAt],
      [259, 3, 1, 1],
      [262, 3, 1, 2],
    ] as Entry[]),
    ...([
      [273, 4, 1, pixelsAt],
      [277, 3, 1, 4],
      [278, 4, 1, height],
      [279, 4, 1, pixels.length],
    ] as Entry[]),
    // Alpha is not multiplied into the colours.
    ...([
      [284, 3, 1, 1],
      [338, 3, 1, 2],
      [34_675, 7, profile.length, profileAt],
    ] as Entry[]),
  ];
  const head = Buffer.alloc(pixelsAt);
  head.write('II*\0\x08\0\0\0', 'latin1');
  head.writeUInt16LE(ENTRIES, 8);
  entries.forEach(([tag, type, count, value], i) => {
    const at = 10 + i * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(count, at + 4);
    head.writeUInt32LE(value, at + 8);
  });
  for (let i = 0; i < 4; i += 1) head.writeUInt16LE(8, bitsAt + i * 2);
  profile.copy(head, profileAt);
  return Buffer.concat([head, pixels]);
}
