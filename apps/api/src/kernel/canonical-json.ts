/** Values nested deeper are refused, so that neither a cycle nor a hostile value ends in a stack overflow. */
const MAX_DEPTH = 500;

/**
 * Canonical JSON after RFC 8785: no white space, members sorted by the UTF-16 units of their names, numbers and
 * strings as JSON.stringify writes them. Takes what JSON.parse gives and nothing else.
 * @throws TypeError for undefined, functions, bigints, symbols, NaN, infinities, half surrogate pairs and objects of a
 *   class; RangeError beyond 500 levels.
 */
export function canonicalJson(value: unknown): string {
  return encode(value, 0);
}

function encode(value: unknown, depth: number): string {
  if (typeof value === 'string') return encodeString(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value !== 'object') throw new TypeError(`A ${typeof value} like this is no JSON`);
  if (depth === MAX_DEPTH) throw new RangeError(`JSON is nested deeper than ${MAX_DEPTH} levels`);
  return Array.isArray(value) ? encodeArray(value, depth + 1) : encodeObject(value, depth + 1);
}

function encodeString(value: string): string {
  if (!value.isWellFormed()) throw new TypeError('A string with half a surrogate pair is no JSON');
  return JSON.stringify(value);
}

function encodeArray(values: unknown[], depth: number): string {
  let json = '[';
  for (let at = 0; at < values.length; at++) {
    if (at > 0) json += ',';
    json += encode(values[at], depth);
  }
  return `${json}]`;
}

function encodeObject(value: object, depth: number): string {
  if (!isPlain(value)) throw new TypeError('An object of a class is no JSON');
  // Without a comparison function, sort compares UTF-16 units.
  const names = Object.keys(value).sort();
  let json = '{';
  for (const name of names) {
    if (json.length > 1) json += ',';
    json += `${encodeString(name)}:${encode((value as Record<string, unknown>)[name], depth)}`;
  }
  return `${json}}`;
}

/** Also for objects of another realm, whose Object.prototype is not ours. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
