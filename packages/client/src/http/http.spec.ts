import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type TokenReason, Tokens } from '../connection/tokens.js';
import { Http, requestWithoutToken } from './http.js';

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
      refusal(429, 'rate_limited', { retryable: true, retryAfterMs: 15_000, details: [{ path: 'a', message: 'b' }] });
    await expect(http.request('GET', 'users/me')).rejects.toMatchObject({
      code: 'rate_limited',
      retryable: true,
      retryAfterMs: 15_000,
      requestId: 'r',
      details: [{ path: 'a', message: 'b' }],
    });
  });

  it('is repeated after the wait where it came too fast', async () => {
    exchange = () =>
      requests.length === 1
        ? refusal(429, 'rate_limited', { retryable: true, retryAfterMs: 1 })
        : Response.json({ fine: true });
    expect(await http.request('GET', 'users/me')).toEqual({ fine: true });
    expect(requests).toHaveLength(2);
  });

  const page = (status: number) => new Response('<html>Sign in to the network</html>', { status });
  const json = (body: unknown, status: number) => Response.json(body, { status });
  it.each<[string, () => Response]>([
    ...[200, 400, 401, 403, 404, 408, 413, 421, 500, 502].map((status): [string, () => Response] => [
      `a page with the status ${status}`,
      () => page(status),
    ]),
    ['nothing, with the status 200', () => new Response('')],
    ['nothing, with the status 404', () => new Response(null, { status: 404 })],
    ['JSON that is no object', () => json('fine', 200)],
    ['null', () => json(null, 200)],
    ['a success of another shape', () => json({ portal: 'Sign in' }, 200)],
    ['a refusal of another shape', () => json({ statusCode: 404, message: 'Not Found' }, 404)],
    ['an error that is a text', () => json({ error: 'not_found' }, 404)],
    ['an error without a code', () => json({ error: null }, 401)],
    [
      'an error with a code of others',
      () => json({ error: { code: 'NOT_FOUND', message: 'No.', retryable: false } }, 404),
    ],
    [
      'an error with a code that all objects have',
      () => json({ error: { code: 'toString', message: '', retryable: false } }, 403),
    ],
    ['an error that is ours by its code only', () => json({ error: { code: 'unauthenticated', message: 'No.' } }, 401)],
  ])('has no answer of the server where something on the way answers with %s', async (_name, foreign) => {
    exchange = foreign;
    const asks = http.request('GET', 'users/me', undefined, { isExpected: ({ id }) => typeof id === 'string' });
    await expect(asks).rejects.toMatchObject({ code: 'network', retryable: true });
    expect(asked).toEqual(['connect']);
  });

  it('has an answer that is empty where the server has nothing to say', async () => {
    exchange = () => new Response(null, { status: 204 });
    expect(await http.request('DELETE', 'conversations/c/members/u')).toBeUndefined();
  });

  it('tells a defect of the program from a missing network', async () => {
    token = () => Promise.reject(new TypeError('Promise.withResolvers is not a function'));
    await expect(http.request('GET', 'users/me')).rejects.toThrow(TypeError);
    token = () => Promise.resolve('t');
    exchange = () => Promise.reject(new ReferenceError('Headers is not defined'));
    await expect(http.request('GET', 'users/me')).rejects.toThrow(ReferenceError);
    await expect(http.request('POST', 'users/me', 1n)).rejects.toThrow(TypeError);
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

  it('reads the answers of another fetch, whose bodies are no streams of the web', async () => {
    const answer = { status: 200, body: { pipe: () => undefined }, text: () => Promise.resolve('{"fine":true}') };
    exchange = () => answer as unknown as Response;
    expect(await http.request('GET', 'users/me')).toEqual({ fine: true });
  });

  it('goes without a token where nobody has to be signed in, with the cookies of the page', async () => {
    const ask = (isExpected?: (body: Record<string, unknown>) => boolean) =>
      requestWithoutToken({
        url: '',
        method: 'POST',
        path: 'auth/refresh',
        body: { isOptional: true },
        fetch: given,
        isExpected,
      });
    const seen: unknown[] = [];
    const given: typeof fetch = (input, init) => {
      seen.push([input, init?.credentials, new Headers(init?.headers).get('authorization'), init?.body]);
      return Promise.resolve(exchange(new Request('http://parley.example')));
    };
    exchange = () => Response.json({ session: null });
    expect(await ask()).toEqual({ session: null });
    expect(seen).toEqual([['/api/auth/refresh', 'include', null, '{"isOptional":true}']]);
    await expect(ask(({ accessToken }) => typeof accessToken === 'string')).rejects.toMatchObject({ code: 'network' });
    exchange = () => refusal(401, 'unauthenticated');
    await expect(ask()).rejects.toMatchObject({ code: 'unauthenticated' });
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
