import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { faultOf } from '../../../kernel/i-json.js';
import { readFrame } from './frame-reader.js';

const faultIn = (text: string) => {
  const frame = readFrame(text);
  return 'fault' in frame ? [frame.id, frame.fault.code, frame.fault.extra.details?.[0]?.path] : null;
};

describe('reading a frame of /ws', () => {
  it('takes an object with a type, and with the id and the data that it has', () => {
    expect(readFrame('{"type":"sync"}')).toEqual({ id: undefined, type: 'sync', data: undefined });
    expect(readFrame(' {"data":[1],"id":0,"type":"x"} ')).toEqual({ id: 0, type: 'x', data: [1] });
    expect(readFrame('{"id":"a","type":"","data":null}')).toEqual({ id: 'a', type: '', data: null });
  });

  it('refuses what is no frame as validation_failed, with the path and with the id that it could read', () => {
    for (const text of ['', 'not json', 'null', '[]', '42', '"x"', '{"type":"x"', '{"type":"x"}{}', '\u0000'])
      expect([text, faultIn(text)]).toEqual([text, [undefined, 'validation_failed', '']]);
    expect(faultIn('{}')).toEqual([undefined, 'validation_failed', 'type']);
    expect(faultIn('{"id":"a","type":7}')).toEqual(['a', 'validation_failed', 'type']);
    expect(faultIn(`{"id":"a","type":"${'x'.repeat(65)}"}`)).toEqual(['a', 'validation_failed', 'type']);
    expect(faultIn('{"id":"a","type":"x","more":1}')).toEqual(['a', 'validation_failed', 'more']);
    expect(faultIn('{"type":"x","__proto__":{}}')).toEqual([undefined, 'validation_failed', '__proto__']);
    for (const id of ['null', '""', '{}', '[]', '1.5', '1e99', `"${'x'.repeat(129)}"`])
      expect([id, faultIn(`{"id":${id},"type":"x"}`)]).toEqual([id, [undefined, 'validation_failed', 'id']]);
  });

  it('notes the number in the metadata that a reader of JSON changes', () => {
    const { data } = readFrame('{"type":"message.send","data":{"metadata":{"a":[12345678901234567890]}}}') as {
      data: { metadata: object };
    };
    expect(faultOf(data.metadata)?.path).toBe('metadata.a.0');
    const fine = readFrame('{"id":9007199254740991,"type":"x","data":{"metadata":{"a":1}}}') as { data: any };
    expect(faultOf(fine.data.metadata)).toBeUndefined();
  });

  it('never throws, and reads what it takes as JSON does', () => {
    const frames = fc.record(
      { id: fc.anything(), type: fc.oneof(fc.string(), fc.anything()), data: fc.jsonValue(), more: fc.jsonValue() },
      { requiredKeys: [] },
    );
    const whole = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), frames.map(written));
    const cut = fc.tuple(whole, fc.nat(), fc.string({ maxLength: 3 })).map(([text, at, inserted]) => {
      const place = text.length === 0 ? 0 : at % text.length;
      return text.slice(0, place) + inserted + text.slice(place + 1);
    });
    fc.assert(
      fc.property(fc.oneof(whole, cut), (text) => {
        const frame = readFrame(text);
        if ('fault' in frame) expect(frame.fault.code).toBe('validation_failed');
        else expect({ ...frame }).toEqual({ id: undefined, data: undefined, ...(JSON.parse(text) as object) });
      }),
      { numRuns: Number(process.env.RUNS ?? 3_000) },
    );
  });
});

/** What cannot be written is written as null. */
function written(value: unknown): string {
  try {
    return JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? null : each)) ?? 'null';
  } catch {
    return 'null';
  }
}
