import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/** Colours as the tests read them back: red, green and blue. */
export type Colour = readonly [number, number, number];

export const RED: Colour = [255, 0, 0];
export const GREEN: Colour = [0, 128, 0];
export const BLUE: Colour = [0, 0, 255];
export const WHITE: Colour = [255, 255, 255];

/** Four fields, by which one sees how it is turned. */
const [WIDTH, HEIGHT] = [480, 320];

export const plain = (background: Colour, width = 64, height = width): Sharp => {
  const [r, g, b] = background;
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
};

/** Upright: red and green above, blue and white below. */
export async function fourFields(): Promise<Sharp> {
  const field = (colour: Colour) =>
    plain(colour, WIDTH / 2, HEIGHT / 2)
      .png()
      .toBuffer();
  const [red, green, blue] = await Promise.all([RED, GREEN, BLUE].map(field));
  const composed = plain(WHITE, WIDTH, HEIGHT).composite([
    { input: red, left: 0, top: 0 },
    { input: green, left: WIDTH / 2, top: 0 },
    { input: blue, left: 0, top: HEIGHT / 2 },
  ]);
  return sharp(await composed.png().toBuffer());
}

/** What a camera stores that was held so: only its EXIF says how it is to be turned. */
export async function heldAs(orientation: number): Promise<Buffer> {
  const upright = await fourFields();
  const again = async (picture: Sharp) => sharp(await picture.png().toBuffer());
  const turned = [
    () => upright,
    () => upright.flop(),
    () => upright.rotate(180),
    () => upright.flip(),
    async () => (await again(upright.rotate(90))).flop(),
    () => upright.rotate(270),
    async () => (await again(upright.rotate(90))).flip(),
    () => upright.rotate(90),
  ][orientation - 1];
  if (!turned) throw new Error(`There is no orientation ${orientation}.`);
  const stored = await again(await turned());
  return stored.jpeg().withMetadata({ orientation }).toBuffer();
}

/** With a place, a time and a camera, in all the ways that a JPEG has. */
export async function withPlace(picture: Sharp, orientation = 6): Promise<Sharp> {
  return picture
    .withExif({
      IFD0: { Make: 'Camera of a secret', Copyright: 'Somebody secret' },
      IFD2: { DateTimeOriginal: '2026:11:29 12:00:00' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1', GPSLongitudeRef: 'E', GPSLongitude: '13/1 24/1 0/1' },
    })
    .withXmp('<?xpacket?><x:xmpmeta xmlns:x="adobe:ns:meta/"><secret/></x:xmpmeta>')
    .withMetadata({ orientation });
}

/** Each picture one colour. */
export async function animated(format: 'gif' | 'webp', colours: readonly Colour[]): Promise<Buffer> {
  const frames = await Promise.all(colours.map((each) => plain(each).png().toBuffer()));
  const joined = sharp(frames, { join: { animated: true } });
  return format === 'gif' ? joined.gif({ delay: 100 }).toBuffer() : joined.webp({ delay: 100 }).toBuffer();
}

const chunk = (type: string, content: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  checksum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, checksum]);
};

/** The chunks of a PNG between its signature and its end, by type. */
function chunksOf(png: Buffer): { type: string; content: Buffer }[] {
  const chunks = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), content: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

const bytesOf = (...numbers: number[]): Buffer => {
  const bytes = Buffer.alloc(numbers.length * 4);
  numbers.forEach((each, i) => bytes.writeUInt32BE(each, i * 4));
  return bytes;
};

/** A PNG that moves: the second colour after the first. */
export async function apng(first: Colour, second: Colour): Promise<Buffer> {
  const [one, two] = await Promise.all(
    [first, second].map(async (each) => chunksOf(await plain(each).png().toBuffer())),
  );
  const dataOf = (chunks: typeof one) =>
    Buffer.concat((chunks ?? []).flatMap((c) => (c.type === 'IDAT' ? c.content : [])));
  const frame = (n: number) =>
    chunk('fcTL', Buffer.concat([bytesOf(n, 64, 64, 0, 0), Buffer.from([0, 1, 0, 10, 0, 0])]));
  const header = one?.find(({ type }) => type === 'IHDR')?.content ?? Buffer.alloc(0);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    ...[chunk('IHDR', header), chunk('acTL', bytesOf(2, 0)), frame(0), chunk('IDAT', dataOf(one))],
    ...[frame(1), chunk('fdAT', Buffer.concat([bytesOf(2), dataOf(two)])), chunk('IEND', Buffer.alloc(0))],
  ]);
}

/** A small PNG that says it has so many pixels. */
export async function bomb(side: number): Promise<Buffer> {
  const png = await plain(RED).png().toBuffer();
  const [header, ...others] = chunksOf(png);
  const claimed = Buffer.concat([bytesOf(side, side), header?.content.subarray(8) ?? Buffer.alloc(0)]);
  const rest = others.map(({ type, content }) => chunk(type, content));
  return Buffer.concat([png.subarray(0, 8), chunk('IHDR', claimed), ...rest]);
}

/** A small PNG that has so many black pixels a side, each of them: who decodes it without a limit sees them all. */
export function flood(side: number): Buffer {
  const header = Buffer.concat([bytesOf(side, side), Buffer.from([1, 0, 0, 0, 0])]);
  const rows = deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))));
  const chunks = [chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]);
}

/** With a chunk of text, and its end followed by something else. */
export async function pngWithMore(more: Buffer): Promise<Buffer> {
  const png = await plain(RED).png().toBuffer();
  const text = chunk('tEXt', Buffer.from('Comment\0a secret', 'latin1'));
  // After the header, which has 13 bytes.
  const at = 8 + 25;
  return Buffer.concat([png.subarray(0, at), text, png.subarray(at), more]);
}

/** Colours at the middle of each quarter, from the upper left by rows. */
export async function coloursOf(content: Buffer): Promise<Colour[]> {
  const { data, info } = await sharp(content).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number): Colour => {
    const start = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels;
    return [data[start] ?? -1, data[start + 1] ?? -1, data[start + 2] ?? -1];
  };
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)];
}

/** How far the worst of them is from what it should be, in steps of a channel. */
export const distance = (seen: readonly Colour[], wanted: readonly Colour[]): number =>
  Math.max(...seen.flatMap((colour, i) => colour.map((each, c) => Math.abs(each - (wanted[i]?.[c] ?? 999)))));
