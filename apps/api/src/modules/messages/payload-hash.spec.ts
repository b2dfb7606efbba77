import { describe, expect, it } from '@jest/globals';
import { payloadHash } from './payload-hash.js';

const REPLY = '0190a0b0-0000-7000-8000-000000000001';
/** Made with sha256sum over the canonical text. They are in databases: they never change. */
const PLAIN = 'a47522b16ba5e41c5746c7f742cfa49e254b2373b9162034069dcf91cf42ec78';
const FULL = 'd7dccf310dd0ec38f3ada67fcb2e6b8467ea17eae34c9158c43d94c0e07c78e6';
const ESCAPED = 'f45dfb20890da733c78a1981bcf07cff7d7befdd5d1ba0796362717dfda7a3c3';

describe('payloadHash', () => {
  it('G2: is the SHA-256 of the canonical JSON of content, type, metadata and replyToId', () => {
    expect(payloadHash('hi').toString('hex')).toBe(PLAIN);
    const metadata = { fileId: 'f', a: [1.0, { é: null, b: true }] };
    expect(payloadHash('', 'image', metadata, REPLY).toString('hex')).toBe(FULL);
    expect(payloadHash('a "q"\n💬 <b>').toString('hex')).toBe(ESCAPED);
  });

  it('G2: takes absent fields for their defaults', () => {
    expect(payloadHash('hi', 'text', {}, null).toString('hex')).toBe(PLAIN);
    expect(payloadHash('hi', null, null).toString('hex')).toBe(PLAIN);
  });

  it('G2: does not depend on the order of metadata', () => {
    expect(payloadHash('x', 'data', { a: 1, b: 2 })).toEqual(payloadHash('x', 'data', { b: 2, a: 1 }));
  });

  it('G2: differs for every other payload', () => {
    const payloads = [
      payloadHash('hi'),
      payloadHash('hi '),
      payloadHash('hi', 'data'),
      payloadHash('hi', 'text', { a: 1 }),
      payloadHash('hi', 'text', { a: '1' }),
      payloadHash('hi', 'text', {}, REPLY),
    ];
    expect(new Set(payloads.map((hash) => hash.toString('hex'))).size).toBe(payloads.length);
    expect(payloads[0]).toBeInstanceOf(Buffer);
    expect(payloads[0]).toHaveLength(32);
  });
});
