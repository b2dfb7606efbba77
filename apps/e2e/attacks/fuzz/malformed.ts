import fc from 'fast-check';
import type { Surface } from '../surface.js';
import { frame } from '../wire.js';

/** What is sent, of whatever form. */
export type Malformed =
  /** On a socket that is signed in: a frame that may break any rule of WebSocket. */
  | { kind: 'frame'; bytes: Buffer }
  /** There too: a frame that is right, with a text that need be nothing. */
  | { kind: 'text'; text: string }
  /** There too, with an acknowledgement asked for: `json` is what stands behind the name. */
  | { kind: 'command'; name: string; json: string }
  | { kind: 'request'; method: string; path: string; headers: Record<string, string>; body?: string }
  /** On a TCP connection of its own. */
  | { kind: 'bytes'; bytes: Buffer };

/** Ids that are there, for whom what is malformed gets further. */
export interface KnownIds {
  conversation: string;
  foreign: string;
  message: string;
  user: string;
}

/** Keys that no payload has, and that objects have by themselves. */
const INHERITED = ['__proto__', 'constructor', 'toJSON', 'length'];
/** Ends the session with which everything is sent. */
const SIGNING_OUT = '/auth/logout';

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '\u0000',
    '\ud800',
    '\udfff',
    '\u202e',
    '\ufeff',
    'a'.repeat(12_000),
    '<img src=x onerror=y>',
    '```\n'.repeat(50),
    '@'.repeat(300),
    '[x]('.repeat(400),
    '<'.repeat(2_000),
    '\u0301'.repeat(2_000),
  ),
);
/** JSON that JSON.stringify would not write. */
const oddJson = fc.oneof(
  fc.constantFrom(
    '',
    '{',
    '[',
    '"',
    'nul',
    '{"a":1,"a":2}',
    '1e999',
    '-0',
    '12345678901234567890',
    '{"__proto__":{"x":1}}',
    '"\\ud800"',
    '"\\u0000"',
    '01',
    'NaN',
    '[1,]',
    '{"a"}',
    '\u0000',
  ),
  fc.integer({ min: 1, max: 6_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.integer({ min: 1, max: 3_000 }).map((depth) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)),
  oddText,
);

/** The keys that any route or command takes. */
const keysOf = ({ routes, commands }: Surface): string[] => [
  ...new Set([
    ...routes.flatMap(({ bodyKeys }) => bodyKeys ?? []),
    ...commands.flatMap(({ keys }) => keys),
    ...INHERITED,
  ]),
];

function values(ids: KnownIds, surface: Surface) {
  const id = fc.constantFrom(
    ...(Object.values(ids) as string[]),
    '018f0000-0000-7000-8000-000000000000',
    'x',
    '',
    ids.conversation.toUpperCase(),
  );
  const value = fc.oneof(
    { weight: 4, arbitrary: id },
    { weight: 3, arbitrary: oddText },
    { weight: 2, arbitrary: fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
    { weight: 1, arbitrary: fc.array(id, { maxLength: 120 }) },
  );
  const object = fc.array(fc.tuple(fc.constantFrom(...keysOf(surface)), value), { maxLength: 6 }).map(
    // By hand, so that keys come twice and `__proto__` is a key.
    (pairs) => `{${pairs.map(([key, inner]) => `${JSON.stringify(key)}:${JSON.stringify(inner)}`).join(',')}}`,
  );
  const json = fc.oneof(
    { weight: 6, arbitrary: object },
    { weight: 2, arbitrary: oddJson },
    { weight: 1, arbitrary: value.map((each) => JSON.stringify(each)) },
  );
  return { id, value, json };
}

/** Paths that are none, and begin as one does. */
const STRANGE = ['/nothing', '/', '/messages/{id}/nothing', '/conversations/{id}/members/{userId}/nothing'];
const SEGMENTS = ['me', '%00', '%ff', '..%2f', '%2e%2e', 'messages', 'members', 'read', '%', 'x'.repeat(5_000)];
const ARGUMENTS = ['-1', '1e9', '0', '50', '%00', '%', '%FF', '[]', 'a b'];
const JSON_TYPE: Record<string, string> = { 'content-type': 'application/json' };
const HEADERS: Record<string, string>[] = [
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'text/plain' },
  { 'content-type': 'multipart/form-data' },
  { ...JSON_TYPE, 'content-encoding': 'gzip' },
  { ...JSON_TYPE, expect: 'x' },
];

/** Paths of routes that there are and of others, with wrong segments and queries. */
function paths(id: fc.Arbitrary<string>, { routes }: Surface): fc.Arbitrary<string> {
  const known = [...new Set(routes.map(({ path }) => path))].filter((path) => path !== SIGNING_OUT);
  const names = [...new Set(routes.flatMap(({ queryNames }) => queryNames))];
  const odd = fc.constantFrom(...SEGMENTS);
  const segment = fc.oneof(
    { weight: 3, arbitrary: id.map((each) => encodeURIComponent(each)) },
    { weight: 1, arbitrary: odd },
  );
  const argument = fc.oneof(id, fc.constantFrom(...ARGUMENTS));
  const parts = fc.tuple(
    fc.constantFrom(...known, ...STRANGE),
    fc.infiniteStream(segment),
    fc.option(odd, { nil: undefined, freq: 8 }),
    fc.array(fc.tuple(fc.constantFrom(...names), argument), { maxLength: 3 }),
  );
  return parts.map(([path, segments, last, pairs]) => {
    const whole = path.replaceAll(/\{\w+\}/g, () => String(segments.next().value));
    const asked = pairs.map(([name, inner]) => `${name}=${inner.replaceAll(/[^\w%.[\]-]/g, '+')}`).join('&');
    return `/api${whole}${last === undefined ? '' : `/${last}`}${asked && '?'}${asked}`;
  });
}

/** Requests with wrong methods, paths, headers and bodies. */
function requests(ids: KnownIds, surface: Surface): fc.Arbitrary<Malformed> {
  const { id, json } = values(ids, surface);
  return fc.record({
    kind: fc.constant('request' as const),
    method: fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'OPTIONS', 'HEAD', 'TRACE'),
    path: paths(id, surface),
    headers: fc.oneof(
      { weight: 5, arbitrary: fc.constant(JSON_TYPE) },
      { weight: 1, arbitrary: fc.constantFrom(...HEADERS) },
    ),
    body: fc.option(json, { nil: undefined }),
  });
}

const frames: fc.Arbitrary<Malformed> = fc
  .record({
    opcode: fc.integer({ min: 0, max: 15 }),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each)),
      fc.constantFrom('40', '41', '42[]', '2', '3', '5', '6', '43[]').map((each) => Buffer.from(each)),
    ),
    isMasked: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    isFinal: fc.boolean(),
    announced: fc.option(fc.constantFrom(0, 1, 125, 70_000, 2 ** 31, Number.MAX_SAFE_INTEGER), {
      nil: undefined,
      freq: 12,
    }),
  })
  .map(({ opcode, payload, ...options }) => ({ kind: 'frame' as const, bytes: frame(opcode, payload, options) }));

const texts: fc.Arbitrary<Malformed> = fc
  .tuple(
    fc.constantFrom(
      '4',
      '42',
      '421',
      '40',
      '41',
      '43',
      '431',
      '44',
      '45',
      '451-',
      '4511-',
      '42/admin,',
      '40/admin,',
      '46',
      '49',
      '0',
      '1',
      '2',
      '3',
      '5',
      '6',
      'b',
      '',
    ),
    oddJson,
  )
  .map(([head, json]) => ({ kind: 'text' as const, text: head + json }));

const rawBytes: fc.Arbitrary<Malformed> = fc
  .tuple(
    fc.constantFrom(
      'GET / HTTP/1.1\r\n',
      'POST /api/sync HTTP/1.1\r\n',
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n',
      'POST /socket.io/?EIO=4&transport=polling&sid=x HTTP/1.1\r\n',
      '',
    ),
    fc.constantFrom(
      'Host: x\r\n',
      'Host: \u0000\r\n',
      'Content-Length: 1\r\nContent-Length: 2\r\n',
      'Transfer-Encoding: chunked\r\n',
      'Sec-WebSocket-Key: x\r\n',
      `X: ${'y'.repeat(20_000)}\r\n`,
      '',
    ),
    fc.uint8Array({ maxLength: 100 }),
  )
  .map(([line, header, rest]) => ({
    kind: 'bytes' as const,
    bytes: Buffer.concat([Buffer.from(`${line}${header}\r\n`), rest]),
  }));

/** Anything that no honest client sends, to all that the deployment documents; a few of them are right by chance. */
export function malformed(ids: KnownIds, surface: Surface): fc.Arbitrary<Malformed> {
  const { json } = values(ids, surface);
  const names = surface.commands.map(({ name }) => name as string);
  const name = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: oddText });
  const commands = fc.record({ kind: fc.constant('command' as const), name, json });
  return fc.oneof(
    { weight: 5, arbitrary: commands },
    { weight: 4, arbitrary: requests(ids, surface) },
    { weight: 3, arbitrary: frames },
    { weight: 3, arbitrary: texts },
    { weight: 1, arbitrary: rawBytes },
  );
}
