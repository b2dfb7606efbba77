/** A box of the format that HEIC and AVIF share with MP4: where it is in a buffer, and where its content is. */
export interface Box {
  type: string;
  start: number;
  content: number;
  end: number;
}

/** A stretch of a file, or of the data in its own directory. */
interface Extent {
  isInDirectory: boolean;
  start: number;
  length: number;
}

/** Of boxes beside each other, items and extents. Directories of more are none of pictures that are sent. */
export const MOST_ENTRIES = 10_000;

/** The box that begins here; null where there is none. Of a box without an end it is as long as can be. */
export function boxAt(bytes: Buffer, start: number): Box | null {
  if (start + 8 > bytes.length) return null;
  const [short, type] = [bytes.readUInt32BE(start), bytes.toString('latin1', start + 4, start + 8)];
  if (short === 0) return { type, start, content: start + 8, end: Number.POSITIVE_INFINITY };
  if (short !== 1) return short < 8 ? null : { type, start, content: start + 8, end: start + short };
  if (start + 16 > bytes.length) return null;
  const long = Number(bytes.readBigUInt64BE(start + 8));
  return long < 16 ? null : { type, start, content: start + 16, end: start + long };
}

function* boxesIn(bytes: Buffer, start: number, end: number): Generator<Box> {
  const parent = bytes.subarray(0, end);
  let at = start;
  for (let left = MOST_ENTRIES; left > 0 && at < end; left -= 1) {
    const box = boxAt(parent, at);
    if (!box) return;
    yield { ...box, end: Math.min(box.end, end) };
    at = box.end;
  }
}

function firstOf(type: string, boxes: Iterable<Box>): Box | null {
  for (const box of boxes) if (box.type === type) return box;
  return null;
}

/** By its types from the outermost in; the directory itself has a version before its boxes. */
function boxOf(bytes: Buffer, directory: Box, ...path: string[]): Box | null {
  let [box, at]: [Box, number] = [directory, directory.content + 4];
  for (const type of path) {
    const found = firstOf(type, boxesIn(bytes, at, Math.min(box.end, bytes.length)));
    if (!found) return null;
    [box, at] = [found, found.content];
  }
  return box;
}

/** The first colour profile of RGB that it carries. */
export function colourProfileIn(file: Buffer): Buffer | null {
  const directory = firstOf('meta', boxesIn(file, 0, file.length));
  const properties = directory && boxOf(file, directory, 'iprp', 'ipco');
  if (!properties) return null;
  for (const { type, content, end } of boxesIn(file, properties.content, properties.end)) {
    const kind = file.toString('latin1', content, content + 4);
    if (type !== 'colr' || (kind !== 'prof' && kind !== 'rICC')) continue;
    const profile = file.subarray(content + 4, end);
    if (profile.toString('latin1', 16, 20) === 'RGB ') return profile;
  }
  return null;
}

/** Where in the file what its directory calls EXIF or a text is. `bytes` begin with that directory, which is at `offset`. */
export function metadataIn(bytes: Buffer, offset: number): Extent[] {
  const directory = boxAt(bytes, 0);
  if (!directory) return [];
  const [items, places] = [boxOf(bytes, directory, 'iinf'), boxOf(bytes, directory, 'iloc')];
  if (!items || !places) return [];
  const ids = new Set(textsIn(bytes, items));
  const data = boxOf(bytes, directory, 'idat');
  const extents: Extent[] = [];
  for (const extent of extentsIn(new Fields(bytes.subarray(0, places.end), places.content), ids)) {
    if (extents.length === MOST_ENTRIES) return [];
    if (!extent.isInDirectory) extents.push(extent);
    else if (data) extents.push({ ...extent, start: offset + data.content + extent.start });
  }
  return extents;
}

function* textsIn(bytes: Buffer, { content, end }: Box): Generator<number> {
  const first = content + (bytes[content] === 0 ? 6 : 8);
  for (const item of boxesIn(bytes, first, end)) {
    const version = bytes[item.content] ?? 0;
    if (item.type !== 'infe' || version < 2) continue;
    const idBytes = version === 2 ? 2 : 4;
    const type = item.content + 4 + idBytes + 2;
    if (!['Exif', 'mime', 'uri '].includes(bytes.toString('latin1', type, type + 4))) continue;
    yield bytes.readUIntBE(item.content + 4, idBytes);
  }
}

/** Numbers of a box, one after the other. */
class Fields {
  constructor(
    private readonly bytes: Buffer,
    private at: number,
  ) {}

  /** 0 where it has none; of 8 bytes those that a file can need. */
  next(length: number): number {
    const at = this.at;
    this.at += length;
    if (length === 8) return Number(this.bytes.readBigUInt64BE(at));
    return length === 0 ? 0 : this.bytes.readUIntBE(at, length);
  }

  skip(length: number): void {
    this.at += length;
  }
}

function* extentsIn(fields: Fields, ids: ReadonlySet<number>): Generator<Extent> {
  const version = fields.next(1);
  fields.next(3);
  const [sizes, more] = [fields.next(1), fields.next(1)];
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 4, sizes & 0x0f, more >> 4];
  const indexBytes = version === 0 ? 0 : more & 0x0f;
  const idBytes = version < 2 ? 2 : 4;
  const items = fields.next(idBytes);
  if (items > MOST_ENTRIES) return;
  for (let item = 0; item < items; item += 1) {
    const id = fields.next(idBytes);
    const method = version === 0 ? 0 : fields.next(2) & 0x0f;
    fields.next(2);
    const base = fields.next(baseBytes);
    const extents = fields.next(2);
    // Their number is up to the sender, and without a length they take no bytes: what is not wanted is not walked through.
    if (!ids.has(id) || method > 1 || lengthBytes === 0) {
      fields.skip(extents * (indexBytes + offsetBytes + lengthBytes));
      continue;
    }
    for (let extent = 0; extent < extents; extent += 1) {
      fields.skip(indexBytes);
      const [start, length] = [base + fields.next(offsetBytes), fields.next(lengthBytes)];
      if (length > 0) yield { isInDirectory: method === 1, start, length };
    }
  }
}
