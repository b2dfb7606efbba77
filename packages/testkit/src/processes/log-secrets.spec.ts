import { describe, expect, it } from '@jest/globals';
import { secretsIn } from './log-secrets.js';

const line = (fields: object) => JSON.stringify({ level: 'info', ...fields });

describe('secrets in a log', () => {
  it.each([
    ['a token', { note: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl' }],
    ['a session of Engine.IO', { url: '/socket.io/?EIO=4&sid=abc' }],
    ['our cookie', { header: 'parley_refresh_0a1b=value' }],
    ['a cookie header', { headers: { cookie: 'a=b' } }],
    ['an authorization header', { authorization: 'Basic eDp5' }],
    ['a bearer', { text: 'Bearer abcdefgh' }],
    ['a password', { body: { password: 'x' } }],
    ['a hash', { text: '$argon2id$v=19$m=19456' }],
    ['what the caller knows', { text: 'between us: hello' }],
  ])('A68: finds %s', (_what, fields) => {
    expect(secretsIn(`${line({})}\n${line(fields)}\n`, ['between us'])).toEqual([line(fields)]);
  });

  it('finds none in censored and in plain lines', () => {
    const plain = [line({ authorization: '[secret]', cookie: '[secret]' }), line({ msg: 'a token was refused' }), ''];
    expect(secretsIn(plain.join('\n'), [''])).toEqual([]);
  });
});
