import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parsePageRequest } from './page-request.js';

const ID = '018f0000-0000-7000-8000-000000000000';
const anchorOf = (before: string) => parsePageRequest({ before }, 50).anchor;

describe('where a page begins', () => {
  it.each([
    ['0', 0],
    ['1', 1],
    ['007', 7],
    ['999999999999999', 999_999_999_999_999],
  ])('digits are a seq: %s', (value, seq) => {
    expect(anchorOf(value)).toEqual({ kind: 'seq', seq });
  });

  it('a UUID is a message, in whatever case', () => {
    expect(anchorOf(ID)).toEqual({ kind: 'id', id: ID });
    expect(anchorOf('018F0000-0000-7000-8000-00000000000A')).toEqual({
      kind: 'id',
      id: '018f0000-0000-7000-8000-00000000000a',
    });
  });

  it.each([
    ['2026-11-21T10:20:30Z', '2026-11-21T10:20:30.000Z'],
    ['2026-11-21T10:20Z', '2026-11-21T10:20:00.000Z'],
    ['2026-11-21T10:20:30.5Z', '2026-11-21T10:20:30.500Z'],
    ['2026-11-21T10:20:30.123456789Z', '2026-11-21T10:20:30.123Z'],
    ['2026-11-21T10:20:30+02:00', '2026-11-21T08:20:30.000Z'],
    ['2026-11-21T10:20:30-0130', '2026-11-21T11:50:30.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('an ISO time has its T: %s', (value, iso) => {
    expect(anchorOf(value)).toEqual({ kind: 'time', at: new Date(iso) });
  });

  it.each([
    '',
    ' ',
    '-1',
    '+1',
    '1.0',
    '1e3',
    '0x10',
    '٣',
    '1000000000000000',
    '2026-11-21',
    '2026-11-21 10:20:30Z',
    '2026-13-01T00:00:00Z',
    '2026-11-21T25:00:00Z',
    '2026-11-21T10:20:30Z; DROP TABLE messages',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '+010000-01-01T00:00:00Z',
    `${ID}0`,
    ID.replaceAll('-', ''),
    'null',
    'T',
  ])('anything else is refused, with the parameter’s name: %j', (value) => {
    for (const direction of ['before', 'after', 'around'] as const) {
      expect(() => parsePageRequest({ [direction]: value }, 50)).toThrow(
        expect.objectContaining({
          code: 'validation_failed',
          extra: { details: [{ path: direction, message: expect.any(String) }] },
        }),
      );
    }
  });

  it('whatever is given is read or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789-:.TZ+') })), (value) => {
        try {
          const anchor = anchorOf(value);
          if (anchor?.kind === 'time') expect(anchor.at.toISOString()).toMatch(/^\d{4}-/);
          else expect(anchor).not.toBeNull();
        } catch (fault) {
          expect(fault).toMatchObject({ code: 'validation_failed' });
        }
      }),
    );
  });

  it('one direction at most is taken, and the others’ defaults', () => {
    expect(parsePageRequest({}, 50)).toEqual({ direction: null, anchor: null, limit: 50, type: null });
    expect(parsePageRequest({ after: '3', limit: 7, type: 'text' }, 50)).toEqual({
      direction: 'after',
      anchor: { kind: 'seq', seq: 3 },
      limit: 7,
      type: 'text',
    });
    for (const query of [
      { before: '1', after: '2' },
      { after: '1', around: '2' },
      { before: '1', after: '2', around: '3' },
    ]) {
      expect(() => parsePageRequest(query, 50)).toThrow(expect.objectContaining({ code: 'validation_failed' }));
    }
  });
});
