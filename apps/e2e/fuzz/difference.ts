/**
 * Where two JSON values first differ, as a sentence; null where they are the same. What is `undefined` counts as absent.
 */
export function difference(held: unknown, fresh: unknown, path = ''): string | null {
  if (Object.is(held, fresh)) return null;
  if (!isObject(held) || !isObject(fresh) || Array.isArray(held) !== Array.isArray(fresh)) {
    return `${path || 'it'} is ${short(held)}, fresh ${short(fresh)}`;
  }
  const keys = new Set([...Object.keys(held), ...Object.keys(fresh)]);
  for (const key of keys) {
    const found = difference(held[key], fresh[key], path ? `${path}.${key}` : key);
    if (found) return found;
  }
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
