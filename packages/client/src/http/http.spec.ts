import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type TokenReason, Tokens } from '../connection/tokens.js';
import { Http } from './http.js';

type Exchange = (request: Request) => Response | Promise<Response>;

const refusal = (status: number, code: string, more: object = {}) =>
  Response.json({ error: { code, message: 'No.', retryable: false, requestId: 'r', ...more } }, { status });

describe('A request', () => {
  let asked: TokenReason[];
  let requests: Request[];
  let token: () => Promise<string | null>;
  let exchange: Exchange;
  let http: Http;

  beforeEach(() => {
    asked = [];
    requests = [];
    token = () => Promise.resolve(`t${asked.length}`);
    exchange = () => Response.json({ fine: true });
    http = new Http({
      url: 'http://parley.example/',
      tokens: new Tokens((reason) => {
        asked.push(reason);
        return token();
      }),
      fetch: (input, init) => {
        const request = new Request(input, init);
        requests.push(request);
        return Promise.resolve(exchange(request));
      },
    });
  });

  it('goes below /api with the token and a JSON body, and asks for a token only once', async () => {
    expect(await http.request('POST', '/conversations', { type: 'direct' })).toEqual({ fine: true });
    await http.request('GET', 'users/me');
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST http://parley.example/api/conversations',
      'GET http://parley.example/api/users/me',
    ]);
    expect(requests.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer t1', 'Bearer t1']);
    expect(await requests[0]?.json()).toEqual({ type: 'direct' });
    expect(asked).toEqual(['connect']);
  });

  it('is repeated once with another token where the first was refused', async () => {
    exchange = ({ headers }) =>
      headers.get('authorization') === 'Bearer t1' ? refusal(401, 'token_expired') : Response.json({ fine: true });
    expect(await http.request('GET', 'users/me')).toEqual({ fine: true });
    expect(asked).toEqual(['connect', 'refused']);
    exchange = () => refusal(401, 'token_expired');
    await expect(http.request('GET', 'users/me')).rejects.toMatchObject({ code: 'token_expired' });
    expect(requests).toHaveLength(4);
  });

  it('shares one new token among all that were refused at the same time', async () => {
    exchange = ({ headers }) =>
      headers.get('authorization') === 'Bearer t1' ? refusal(401, 'token_expired') : Response.json({ fine: true });
    await Promise.all(Array.from({ length: 5 }, () => http.request('GET', 'users/me')));
    expect(asked).toEqual(['connect', 'refused']);
  });

  it('is refused with what the server said', async () => {
    exchange = () =>
      refusal(429, 'rate_limited', { retryable: true, retryAfterMs: 1500, details: [{ path: 'a', message: 'b' }] });
    await expect(http.request('GET', 'users/me')).rejects.toMatchObject({
      code: 'rate_limited',
      retryable: true,
      retryAfterMs: 1500,
      requestId: 'r',
      details: [{ path: 'a', message: 'b' }],
    });
  });

  it('is refused by the status where the answer is not the server’s own', async () => {
    exchange = () => new Response('<html>Bad gateway</html>', { status: 502 });
    await expect(http.request('GET', 'users/me')).rejects.toMatchObject({
      code: 'service_unavailable',
      retryable: true,
    });
    exchange = () => new Response('', { status: 404 });
    await expect(http.request('GET', 'users/me')).rejects.toMatchObject({ code: 'not_found', retryable: false });
  });

  it('tells the missing network and the missing token from a refusal', async () => {
    exchange = () => Promise.reject(new TypeError('fetch failed'));
    await expect(http.request('GET', 'users/me')).rejects.toMatchObject({ code: 'network', retryable: true });
    exchange = () => Promise.reject(new DOMException('', 'TimeoutError'));
    await expect(http.request('GET', 'users/me')).rejects.toMatchObject({ code: 'timeout', retryable: true });
    exchange = () => refusal(401, 'token_expired');
    token = () => Promise.reject(new Error('no network'));
    await expect(http.request('GET', 'users/me')).rejects.toMatchObject({ code: 'network' });
    token = () => Promise.resolve(null);
    await expect(http.request('GET', 'users/me')).rejects.toMatchObject({ code: 'unauthenticated', retryable: false });
  });

  it('does not wait for ever for a token', async () => {
    jest.useFakeTimers();
    token = () => new Promise(() => undefined);
    const fault = http.request('GET', 'users/me').catch((reason: unknown) => reason);
    await jest.advanceTimersByTimeAsync(20_000);
    jest.useRealTimers();
    expect(await fault).toMatchObject({ code: 'network', retryable: true });
    token = () => Promise.resolve('t');
    expect(await http.request('GET', 'users/me')).toEqual({ fine: true });
  });
});
