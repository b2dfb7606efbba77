/** Length in bytes of JSON as the database writes it, but for the spaces. */
export function jsonBytes(value: object): number {
  return Buffer.byteLength(JSON.stringify(value)) + measureJson(value).digits;
}

/** Levels of nesting, and the digits that the database writes in place of exponents; counted without recursion. */
export function measureJson(value: object, mostDepth = Number.POSITIVE_INFINITY): { depth: number; digits: number } {
  let level: object[] = [value];
  let [depth, digits] = [0, 0];
  for (; level.length > 0 && depth <= mostDepth; depth += 1) {
    const inner: object[] = [];
    for (const each of level) {
      for (const part of Object.values(each) as unknown[]) {
        if (isObject(part)) inner.push(part);
        else if (typeof part === 'number') digits += digitsOf(part);
      }
    }
    level = inner;
  }
  return { depth, digits };
}

/** How much longer a number is in digits than as JavaScript writes it. */
function digitsOf(value: number): number {
  const [size, least] = [Math.abs(value), 1e-6];
  if (value === 0 || (size < 1e21 && size >= least)) return 0;
  const written = String(size);
  const [mantissa = '', exponent = '0'] = written.split('e');
  const fraction = Math.max(0, mantissa.length - 2);
  const power = Number(exponent);
  const plain = power > 0 ? Math.max(power, fraction) + 1 : 2 - power + fraction;
  return plain - written.length;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
