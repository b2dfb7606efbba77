import { describe, expect, it } from '@jest/globals';
import { faultOf, isKept, noteFaults } from './i-json.js';

/** The fault that is found in the metadata of a payload, over both transports. */
function faultIn(metadata: string): string | undefined {
  const body = `{"content":"12345678901234567890","metadata":${metadata}}`;
  const received = JSON.parse(body) as { metadata: object };
  noteFaults(received, body);
  const packet = `["message:send", ${body}]`;
  const list = JSON.parse(packet) as [string, { metadata: object }];
  noteFaults(list, packet);
  expect(faultOf(list[1].metadata)).toEqual(faultOf(received.metadata));
  return faultOf(received.metadata)?.path;
}

describe('row 19: a number is kept', () => {
  it.each(
    '0 -0 0.0 -0.00 1 1.0 1.50 100 1e3 1E+3 1e300 1e-300 -1.5e-7 0e999 0.1 0.30000000000000004 5e-324 1.7976931348623157e308 9007199254740991 9007199254740992 9007199254740994 100000000000000000000 123456789012345680000 1000000000000000000000000'.split(
      ' ',
    ),
  )('%s', (source) => expect(isKept(source)).toBe(true));
});

describe('row 19: a number is changed', () => {
  it.each(
    '12345678901234567890 -12345678901234567890 9007199254740993 9007199254740993.0 1e400 -1e400 1e-400 0.1234567890123456789 3.14159265358979323846 1.00000000000000001 123456789.123456789012 4e-324 900719925474099300000e-5'.split(
      ' ',
    ),
  )('%s', (source) => expect(isKept(source)).toBe(false));
});

describe('row 19: what of metadata is no I-JSON is found with its path', () => {
  it.each([
    ['{"id": 12345678901234567890}', 'metadata.id'],
    ['{"a":1,"list":[1,"x",{"b":[]},12345678901234567890]}', 'metadata.list.3'],
    ['{"list":[[],[[],9007199254740993]]}', 'metadata.list.1.1'],
    ['{"a":{"b":{"c":1e400}}}', 'metadata.a.b.c'],
    ['{"\\u0061":1,"a":2}', 'metadata.a'],
    ['{"a":{"x":1},"b":{"x":1,"x":{}}}', 'metadata.b.x'],
    ['{"__proto__":1,"__proto__":2}', 'metadata.__proto__'],
    ['{"":{"\\"":1e999}}', 'metadata..".'.slice(0, -1)],
  ])('%s', (metadata, path) => expect(faultIn(metadata)).toBe(path));

  it.each([
    '{}',
    '{"a":"12345678901234567890","b":"1e400 \\" 9007199254740993 {"}',
    '{"9007199254740993":1,"a":{"a":{"a":[{"a":1},{"a":1}]}}}',
    '{ "a" :\t[ 1 , 2.50 , true , null , -1e-7 ] ,\n"b" : { } , "c" : [ ] }',
    '{"toString":1,"constructor":2,"__proto__":{"x":1}}',
    '{"\\\\":"\\\\","\\\\\\"":1}',
  ])('%s is', (metadata) => expect(faultIn(metadata)).toBeUndefined());

  it('ignores numbers elsewhere, and bodies without metadata', () => {
    for (const text of [
      '{"seq":12345678901234567890}',
      '{"metadata":[]}',
      '[1e400]',
      'null',
      '"x"',
      '[null,{"a":1,"a":2}]',
    ])
      expect(() => noteFaults(JSON.parse(text), text)).not.toThrow();
    expect(faultIn('{"a":1}')).toBeUndefined();
  });
});

describe('any body is checked in linear time', () => {
  it.each([
    ['zeros within a number', `0.1${'0'.repeat(200_000)}1`],
    ['many faults in deep nesting', `${'['.repeat(60_000)}${Array(20_000).fill('1e999').join()}${']'.repeat(60_000)}`],
  ])('%s', (_, value) => {
    const before = process.cpuUsage();
    expect(faultIn(`{"a":${value}}`)).toMatch(/^metadata\.a/);
    // In microseconds of this process, whatever else runs.
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(3_000_000);
  });
});
