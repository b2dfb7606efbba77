/** Of tar: everything comes in blocks of so many bytes. */
export const BLOCK = 512;
/** What eleven octal digits can say. */
const MOST_BYTES = 8 ** 11 - 1;

/** A file in an archive. */
export interface TarHeader {
  name: string;
  size: number;
}

/** The block of the POSIX format (ustar) before a file. */
export function tarHeader({ name, size }: TarHeader): Buffer {
  if (Buffer.byteLength(name) > 100 || size > MOST_BYTES) throw new Error(`${name} does not fit into an archive.`);
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  for (const [place, digits, value] of [
    [100, 7, 0o600],
    [108, 7, 0],
    [116, 7, 0],
    [124, 11, size],
    [136, 11, Math.floor(Date.now() / 1000)],
  ] as const) {
    block.write(value.toString(8).padStart(digits, '0'), place);
  }
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  block.write(`${sumOf(block).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** Null where the block is none of a file. */
export function readTarHeader(block: Buffer): TarHeader | null {
  const text = (start: number, end: number) => block.toString('utf8', start, end).replace(/[\0 ].*$/s, '');
  const size = text(124, 136);
  const isHeader = Number.parseInt(text(148, 156), 8) === sumOf(block) && text(156, 157) === '0';
  return isHeader && /^[0-7]+$/.test(size) ? { name: text(0, 100), size: Number.parseInt(size, 8) } : null;
}

/** What is missing to the next block. */
export const paddingOf = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

/** The sum of a header's bytes, that of itself counted as spaces. */
function sumOf(block: Buffer): number {
  let sum = 8 * 0x20;
  for (const [place, byte] of block.entries()) if (place < 148 || place >= 156) sum += byte;
  return sum;
}
