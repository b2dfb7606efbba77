import type { ErrorDetail } from '@parley/protocol';

/**
 * Once JSON is parsed, what it cannot carry is lost: a number of more digits than a double keeps, one of two members
 * with the same name. So the text is looked at, and what is found goes with the object that it was found in.
 */
const faults = new WeakMap<object, ErrorDetail>();

/** Such a fault of this object as it was received, its path beginning with the object's own. */
export const faultOf = (metadata: object): ErrorDetail | undefined => faults.get(metadata);

/** Looks at the text of what was received (an object, or a list with some) where it carries `metadata`. */
export function noteFaults(received: unknown, text: string): void {
  const isList = Array.isArray(received);
  const carriers: unknown[] = isList ? received : [received];
  const found = carriers.map(metadataIn);
  if (!found.some((each) => each)) return;
  const depth = isList ? 1 : 0;
  for (const { levels, message } of faultsIn(text)) {
    const metadata = found[isList ? Number(levels[0]?.at) : 0];
    if (levels[depth]?.at !== 'metadata' || !metadata || faults.has(metadata)) continue;
    faults.set(metadata, { path: pathOf(levels.slice(depth)), message });
  }
}

/** Looks at the text of a frame for the object that is this member of it. */
export function noteFaultsIn(member: string, received: unknown, text: string): void {
  const metadata = metadataIn(received);
  if (!metadata) return;
  for (const { levels, message } of faultsIn(text)) {
    const [outer, inner] = levels;
    if (outer?.at === member && inner?.at === 'metadata' && !faults.has(metadata))
      faults.set(metadata, { path: pathOf(levels.slice(1)), message });
  }
}

const LONGEST_PATH = 200;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function metadataIn(value: unknown): object | null {
  const metadata = (value as { metadata?: unknown } | null | undefined)?.metadata;
  return typeof metadata === 'object' && metadata !== null && Object.keys(metadata).length > 0 ? metadata : null;
}

interface Level {
  /** The names so far; null in a list. */
  names: Set<string> | null;
  /** Where the scan is in it. */
  at: string | number;
}

const pathOf = (levels: readonly Level[]): string =>
  levels
    .map(({ at }) => at)
    .join('.')
    .slice(0, LONGEST_PATH);

interface Found {
  /** Where it is, outermost first; good until the scan goes on. Copied for each fault, deep nesting would cost its square. */
  levels: readonly Level[];
  message: string;
}

/** One pass over a text that JSON.parse has read, without recursion. */
function* faultsIn(text: string): Generator<Found> {
  const levels: Level[] = [];
  let awaitsName = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] as string;
    const level = levels.at(-1);
    if (sign === '"') {
      const end = endOfString(text, at);
      if (awaitsName && level?.names) {
        level.at = JSON.parse(text.slice(at, end)) as string;
        if (level.names.has(level.at)) yield { levels, message: 'is given twice' };
        level.names.add(level.at);
        awaitsName = false;
      }
      at = end - 1;
    } else if (sign === '{' || sign === '[') {
      levels.push(sign === '{' ? { names: new Set(), at: '' } : { names: null, at: 0 });
      awaitsName = sign === '{';
    } else if (sign === '}' || sign === ']') {
      levels.pop();
      awaitsName = false;
    } else if (sign === ',') {
      awaitsName = level?.names != null;
      if (typeof level?.at === 'number') level.at += 1;
    } else if (sign === '-' || (sign >= '0' && sign <= '9')) {
      NUMBER.lastIndex = at;
      const [source = sign] = NUMBER.exec(text) ?? [];
      if (!isKept(source)) yield { levels, message: 'is a number that JSON readers change: send it as a string' };
      at += source.length - 1;
    }
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** Whether a double is exactly the number that is written, so that every reader gets the same value. */
export function isKept(source: string): boolean {
  // Fifteen digits always are.
  if (source.length <= 15 && !/[eE]/.test(source)) return true;
  const value = Number(source);
  return Number.isFinite(value) && decimal(source) === decimal(String(value));
}

/** A number's sign, digits and exponent, in the one form without zeros at either end. */
function decimal(source: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  // By a regular expression that looks for the end, each run of zeros within would cost its square.
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  const kept = digits.slice(0, end);
  return kept === '' ? '0' : `${sign}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}
