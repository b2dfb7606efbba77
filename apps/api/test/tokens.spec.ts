import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { signedToken } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload } from 'jose';
import { SessionEvents, TicketsService, TokenService } from '../src/modules/auth/index.js';
import { HOST, startNode, type TestNode, type TestUser } from './node.js';

/** Puts the clock of this process so much ahead: of when keys were fetched the key set keeps the time. */
function later(ms: number): void {
  const from = Date.now() - performance.now() + ms;
  jest.spyOn(Date, 'now').mockImplementation(() => Math.floor(from + performance.now()));
}

/** What the node remembers of a user is forgotten when it hears that the user was disabled. */
const forget = (userId: string) => node.node.app.get(SessionEvents).ended({ userId, sessionIds: [], isDisabled: true });

/** Long enough for every algorithm that could be tried with it. */
const OWN_SECRET = 'the-secret-of-this-test-for-own-tokens'.repeat(2);
const seconds = () => Math.floor(Date.now() / 1000);
const key = (secret: string) => new TextEncoder().encode(secret);

let node: TestNode;
let ann: TestUser;

beforeAll(async () => {
  node = await startNode({ JWT_SECRET: OWN_SECRET });
  ann = await node.register('ann');
});
afterAll(() => node.close());

const me = (token: string) => node.request.get('/api/users/me').set('authorization', `Bearer ${token}`);
const codeFor = async (token: string): Promise<string> => {
  const answer = await me(token);
  return answer.status === 200 ? 'accepted' : `${answer.status} ${answer.body.error.code}`;
};

/** Ann's own token with some claims changed, signed as told. */
async function ownToken(claims: object, header: object = {}, secret = OWN_SECRET): Promise<string> {
  const [, body = ''] = ann.token.split('.');
  const all = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), ...claims };
  return signedToken(all, secret, header);
}

describe('own tokens', () => {
  it('§2: last a quarter of an hour at most, by their exp', () => {
    const [, body = ''] = ann.token.split('.');
    const { exp, iat, iss, aud, sub } = JSON.parse(Buffer.from(body, 'base64url').toString());
    expect({ lifetime: exp - iat, iss, aud, sub }).toEqual({
      lifetime: 900,
      iss: 'parley',
      aud: 'parley',
      sub: ann.id,
    });
  });

  it('§2: are accepted in the Authorization header', async () => {
    expect(await codeFor(await ownToken({}))).toBe('accepted');
  });

  it.each([
    ['no token', ''],
    ['garbage', 'garbage'],
    ['three pieces of garbage', 'a.b.c'],
    ['a long one', 'x'.repeat(10_000)],
  ])('§3: %s is unauthenticated', async (_what, token) => {
    expect(await codeFor(token)).toBe('401 unauthenticated');
  });

  it.each([
    ['exp one second ago', { exp: seconds() - 1 }, '401 token_expired'],
    ['exp missing', { exp: undefined }, '401 unauthenticated'],
    ['exp no number', { exp: 'never' }, '401 unauthenticated'],
    ['nbf within the leeway', { nbf: seconds() + 50 }, 'accepted'],
    ['nbf beyond it', { nbf: seconds() + 600 }, '401 unauthenticated'],
    ['iat within the leeway', { iat: seconds() + 50 }, 'accepted'],
    ['iat beyond it', { iat: seconds() + 600 }, '401 unauthenticated'],
    ['another audience', { aud: 'other' }, '401 unauthenticated'],
    ['another issuer', { iss: 'other' }, '401 unauthenticated'],
    ['the host product as issuer', { iss: HOST.issuer, aud: HOST.audience }, '401 unauthenticated'],
    ['no kind', { typ: undefined }, '401 unauthenticated'],
    ['another kind', { typ: 'refresh' }, '401 unauthenticated'],
    ['no session', { sid: undefined }, '401 unauthenticated'],
    ['a session that is not', { sid: '018f0000-0000-7000-8000-000000000000' }, '401 unauthenticated'],
    ['somebody else', { sub: '018f0000-0000-7000-8000-000000000000' }, '401 unauthenticated'],
  ])('attack 5: with %s', async (_what, claims, code) => {
    expect(await codeFor(await ownToken(claims))).toBe(code);
  });

  it('attack 5: a forged token that has expired is unauthenticated, not expired', async () => {
    expect(await codeFor(await ownToken({ exp: seconds() - 1 }, {}, 'another secret of some length'))).toBe(
      '401 unauthenticated',
    );
  });

  it.each(['HS384', 'HS512'])('attack 3: with alg %s, though signed with the right secret', async (alg) => {
    const long = await signedToken(claimsOf(ann.token), OWN_SECRET, { alg });
    expect(await codeFor(long)).toBe('401 unauthenticated');
  });

  it('attack 4: keys that a token names for itself are neither fetched nor read', async () => {
    const fetched: string[] = [];
    const canary = createServer((request, response) => {
      fetched.push(request.url ?? '');
      response.end('{"keys":[]}');
    });
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/keys`;
    const forged = key('the secret of the attacker, long enough');
    const jwk = { kty: 'oct', k: Buffer.from(forged).toString('base64url') };
    const headers = [{ jku: url }, { x5u: url }, { jwk }, { kid: '../../dev/null' }, { kid: url, jku: url, jwk }];
    for (const header of headers) {
      for (const claims of [
        claimsOf(ann.token),
        { iss: HOST.issuer, aud: HOST.audience, sub: 'x', exp: seconds() + 60 },
      ]) {
        const token = await signedToken(claims, forged, header);
        expect(await codeFor(token)).toBe('401 unauthenticated');
      }
    }
    expect(fetched).toEqual([]);
    await new Promise((resolve) => canary.close(resolve));
  });

  it('attack 10: a token in the query is refused, with and without the header', async () => {
    await node.request.get(`/api/users/me?token=${ann.token}`).expect(401);
    await node.request.get(`/api/users/me?token=${ann.token}`).set('authorization', ann.bearer).expect(401);
    await node.request.get('/api/users/me').set('cookie', `token=${ann.token}`).expect(401);
  });

  it('§2: a user who was disabled elsewhere is refused, though the session was not ended', async () => {
    const user = await node.register('elsewhere');
    await node.rows(sql`UPDATE users SET is_disabled = true WHERE id = ${user.id}`);
    expect(await codeFor(user.token)).toBe('401 unauthenticated');
  });

  it('attack 5: a refresh token is no access token', async () => {
    expect(await codeFor(ann.cookie.split('=')[1] ?? '')).toBe('401 unauthenticated');
  });

  it('§2: verification returns the user, the session and the expiry', async () => {
    const principal = await node.node.app.get(TokenService).verify(ann.token);
    const { exp, sid } = claimsOf(ann.token) as { exp: number; sid: string };
    expect(principal).toEqual({ userId: ann.id, isBot: false, sessionId: sid, expiresAt: exp * 1000, scopes: [] });
  });
});

describe('tickets', () => {
  const issued = async (bearer: string): Promise<string> => {
    const answer = await node.request.post('/api/auth/ticket').set('authorization', bearer).expect(200);
    expect(answer.body).toEqual({ ticket: expect.stringMatching(/^[\w-]{43}$/), expiresIn: 30 });
    return answer.body.ticket;
  };
  const redeem = (ticket: string) => node.node.app.get(TicketsService).redeem(ticket);
  const refusal = (code: string) => expect.objectContaining({ code });
  const older = (by: number) =>
    node.rows(sql`UPDATE auth_tickets SET expires_at = expires_at - make_interval(secs => ${by})`);

  it('§2: stand for the token that asked for them, own or of the host product, once', async () => {
    for (const token of [ann.token, await node.hostToken('ticket-holder', { scope: 'users:provision' })]) {
      const ticket = await issued(`Bearer ${token}`);
      expect(await redeem(ticket)).toEqual(await node.node.app.get(TokenService).verify(token));
      await expect(redeem(ticket)).rejects.toEqual(refusal('unauthenticated'));
    }
  });

  it('attack 11: of twenty who use one at the same moment one gets in', async () => {
    const ticket = await issued(ann.bearer);
    const uses = await Promise.allSettled(Array.from({ length: 20 }, () => redeem(ticket)));
    expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('attack 11: after 30 seconds one is good for nothing, and those that nobody used do not add up', async () => {
    const [early, late] = [await issued(ann.bearer), await issued(ann.bearer)];
    await older(25);
    await redeem(early);
    await older(5);
    await expect(redeem(late)).rejects.toEqual(refusal('unauthenticated'));
    await issued(ann.bearer);
    await older(31);
    await issued(ann.bearer);
    expect(await node.rows(sql`SELECT count(*)::int AS count FROM auth_tickets`)).toEqual([{ count: 1 }]);
  });

  it('attack 11: of a session that has ended, a disabled user or a token that has expired, they are refused', async () => {
    const [left, out] = [await node.register('left'), await node.register('out')];
    const tickets = [await issued(left.bearer), await issued(out.bearer)];
    await node.request.post('/api/auth/logout').set('authorization', left.bearer).expect(204);
    const chief = node.request.patch(`/api/users/${out.id}`).set('authorization', ann.bearer);
    await chief.send({ isDisabled: true }).expect(200);
    for (const ticket of tickets) await expect(redeem(ticket)).rejects.toEqual(refusal('unauthenticated'));
    const short = await issued(`Bearer ${await node.hostToken('short', { exp: seconds() + 60 })}`);
    // The embedded database has this process's clock.
    await older(-100);
    later(61_000);
    await expect(redeem(short)).rejects.toEqual(refusal('token_expired'));
    jest.restoreAllMocks();
  });

  it.each(['', 'x', 'A'.repeat(43), 'A'.repeat(100_000), "'; DROP TABLE users; --"])(
    'attack 11: %# is no ticket',
    async (made) => {
      await expect(redeem(made)).rejects.toEqual(refusal('unauthenticated'));
    },
  );

  it('§2: the database holds neither them nor their tokens', async () => {
    const ticket = await issued(ann.bearer);
    const [row] = await node.rows<{ whole: string }>(sql`
      SELECT encode(hash, 'hex') || encode(sealed_token, 'hex') AS whole FROM auth_tickets ORDER BY expires_at DESC`);
    for (const secret of [Buffer.from(ticket), Buffer.from(ticket, 'base64url'), Buffer.from(ann.token.slice(-20))]) {
      expect(row?.whole).not.toContain(secret.toString('hex'));
    }
  });

  it('attack 11: REST takes none, and nobody gets one without a token', async () => {
    const ticket = await issued(ann.bearer);
    await node.request.get(`/api/users/me?ticket=${ticket}`).expect(401);
    await node.request.post('/api/auth/ticket').expect(401);
    await node.request.post(`/api/auth/ticket?token=${ann.token}`).expect(401);
    await node.request.post('/api/auth/ticket').set('cookie', ann.cookie).expect(403);
    expect(await redeem(ticket)).toMatchObject({ userId: ann.id });
  });
});

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

describe('tokens of the host product', () => {
  it('§2: create a user from their claims on first sight', async () => {
    const token = await node.hostToken('ext-1', { name: 'Zoë Müller', picture: 'https://host.example/zoe.png' });
    expect((await me(token).expect(200)).body).toMatchObject({
      username: 'zoe-muller',
      displayName: 'Zoë Müller',
      avatarUrl: 'https://host.example/zoe.png',
      role: 'user',
    });
    const rows = await node.rows(sql`SELECT external_id, password_hash FROM users WHERE username = 'zoe-muller'`);
    expect(rows).toEqual([{ external_id: 'ext-1', password_hash: null }]);
  });

  it('§2: preferred_username is taken, with a suffix where it is taken', async () => {
    const names = await Promise.all(
      ['p1', 'p2'].map(
        async (sub) => (await me(await node.hostToken(sub, { preferred_username: 'Peter' }))).body.username,
      ),
    );
    expect(names.toSorted((a, b) => a.length - b.length)).toEqual([
      'peter',
      expect.stringMatching(/^peter-[a-z0-9]{5}$/),
    ]);
  });

  it('§2: of thirty first tokens at once, on one person, one user is made', async () => {
    const token = await node.hostToken('crowd', { name: 'Crowd' });
    const answers = await Promise.all(Array.from({ length: 30 }, () => me(token)));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await node.rows(sql`SELECT 1 AS one FROM users WHERE external_id = 'crowd'`)).toHaveLength(1);
  });

  it('§2: of thirty people of one name at once each is a user of their own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, async (_, i) => me(await node.hostToken(`same-${i}`, { name: 'Same Name' }))),
    );
    expect(new Set(answers.map(({ body }) => body.username)).size).toBe(30);
    for (const { body } of answers) expect(body.username).toMatch(/^same-name(-[a-z0-9]{5})?$/);
  });

  it('§2: a new name or picture is taken over, an old one not again over what the user chose', async () => {
    const first = await node.hostToken('renamed', { name: 'Before' });
    const { id } = (await me(first)).body;
    const second = await node.hostToken('renamed', { name: 'After', picture: 'https://host.example/a.png' });
    expect((await me(second)).body).toMatchObject({
      id,
      displayName: 'After',
      avatarUrl: 'https://host.example/a.png',
    });
    await node.request
      .patch('/api/users/me')
      .set('authorization', `Bearer ${second}`)
      .send({ displayName: 'Mine' })
      .expect(200);
    expect((await me(second)).body.displayName).toBe('Mine');
  });

  describe('in whatever order they come', () => {
    const at = async (sub: string, claims: JWTPayload) => {
      const { displayName, avatarUrl } = (await me(await node.hostToken(sub, claims)).expect(200)).body;
      return { displayName, avatarUrl };
    };
    const picture = 'https://host.example/p.png';
    const now = seconds();

    it('§2: the claims of the greatest iat count; a token without one is older than all', async () => {
      await at('order', { name: 'Married', picture, iat: now - 10 });
      for (const iat of [now - 20, now - 10.5, undefined]) {
        expect(await at('order', { name: 'Maiden', picture: '', iat })).toEqual({
          displayName: 'Married',
          avatarUrl: picture,
        });
      }
      // It says nothing new, and yet what was said before it is old now.
      await at('order', { name: 'Married', picture, iat: now });
      expect(await at('order', { name: 'Between', picture, iat: now - 5 })).toMatchObject({ displayName: 'Married' });
      expect(await at('order', { name: 'Newest', iat: now + 1 })).toEqual({
        displayName: 'Newest',
        avatarUrl: picture,
      });
    });

    it('§2: of two at once, on one person, the newer one counts', async () => {
      await at('at-once', { name: 'First', iat: now - 100 });
      const tokens = Array.from({ length: 20 }, (_, n) => ({ name: `Name ${n}`, iat: now - 50 + n }));
      await Promise.all(tokens.toSorted((a, b) => (a.iat % 7) - (b.iat % 7)).map((claims) => at('at-once', claims)));
      expect(await at('at-once', { name: 'Old', iat: now - 60 })).toMatchObject({ displayName: 'Name 19' });
    });

    it.each([null, ''])('§2: picture %j clears the picture, and a missing one leaves it', async (none) => {
      const sub = `picture-${none}`;
      expect(await at(sub, { name: 'A', picture, iat: now - 9 })).toMatchObject({ avatarUrl: picture });
      expect(await at(sub, { name: 'A', iat: now - 8 })).toMatchObject({ avatarUrl: picture });
      expect(await at(sub, { name: 'A', picture: 'javascript:1', iat: now - 7 })).toMatchObject({ avatarUrl: picture });
      expect(await at(sub, { name: 'A', picture: none, iat: now - 6 })).toMatchObject({ avatarUrl: null });
      expect(await at(sub, { name: 'A', picture, iat: now - 5 })).toMatchObject({ avatarUrl: picture });
    });

    it('§2: what people chose for themselves stays until the claim of it changes', async () => {
      const token = await node.hostToken('chooser', { name: 'Given', picture, iat: now - 9 });
      const mine = { displayName: 'Chosen', avatarUrl: 'https://elsewhere.example/me.png' };
      const choose = () =>
        node.request.patch('/api/users/me').set('authorization', `Bearer ${token}`).send(mine).expect(200);
      await me(token);
      await choose();
      expect(await at('chooser', { name: 'Given', picture, iat: now - 8 })).toEqual(mine);
      expect(await at('chooser', { name: 'Given', picture: null, iat: now - 7 })).toEqual({ ...mine, avatarUrl: null });
      await choose();
      expect(await at('chooser', { name: 'Renamed', picture: null, iat: now - 6 })).toEqual({
        ...mine,
        displayName: 'Renamed',
      });
    });

    it('§2: and so it does for those whom the build before this one knew', async () => {
      const token = await node.hostToken('known', { name: 'Given', picture, iat: now });
      const { id } = (await me(token)).body;
      await node.rows(sql`
        UPDATE users SET display_name = 'Chosen', claims_issued_ms = NULL, claimed_name = NULL, claimed_picture = NULL
         WHERE id = ${id}`);
      forget(id);
      expect(await at('known', { name: 'Given', picture, iat: now - 9 })).toEqual({
        displayName: 'Chosen',
        avatarUrl: picture,
      });
      expect(await at('known', { name: 'Given', picture: '', iat: now - 8 })).toEqual({
        displayName: 'Chosen',
        avatarUrl: null,
      });
      expect(await at('known', { name: 'Other', iat: now - 7 })).toMatchObject({ displayName: 'Other' });
    });
  });

  it.each([
    [{ name: 'a\u202eb\nc' }, 'a b c'],
    [{ name: 'x'.repeat(200) }, 'x'.repeat(100)],
    [{ name: `${'x'.repeat(99)}😀` }, 'x'.repeat(99)],
    [{ name: `${'x'.repeat(97)}🇫🇷` }, 'x'.repeat(97)],
    [{ name: `${'x'.repeat(99)}e\u0301` }, `${'x'.repeat(99)}é`],
    [{ name: 7, preferred_username: 'seven' }, 'seven'],
    [{ name: '', picture: 'javascript:alert(1)' }, expect.stringMatching(/^user-[a-z0-9]{5}$/)],
  ])('attack 50: of the claims %j it keeps what can be shown', async (claims, displayName) => {
    const { body } = await me(
      await node.hostToken(`odd-${JSON.stringify(claims).length}`, claims as JWTPayload),
    ).expect(200);
    expect(body).toMatchObject({ displayName, avatarUrl: null });
  });

  it.each([
    ['expired by a second', { exp: seconds() - 1 }, '401 token_expired'],
    ['long expired', { exp: seconds() - 3600 }, '401 token_expired'],
    ['without exp', { exp: undefined }, '401 unauthenticated'],
    ['not before the leeway', { nbf: seconds() + 600 }, '401 unauthenticated'],
    ['of another audience', { aud: 'other' }, '401 unauthenticated'],
    ['of another issuer', { iss: 'https://other.example' }, '401 unauthenticated'],
    ['that calls itself ours', { iss: 'parley', aud: 'parley' }, '401 unauthenticated'],
    ['without a subject', { sub: undefined }, '401 unauthenticated'],
    ['with a NUL in the subject', { sub: 'a\u0000b' }, '401 unauthenticated'],
    ['with a subject of 256 characters', { sub: 'x'.repeat(256) }, '401 unauthenticated'],
  ])('attack 5: a token %s', async (_what, claims, code) => {
    const now = seconds();
    const all = { iss: HOST.issuer, aud: HOST.audience, sub: 'ext-5', iat: now, exp: now + 60, ...claims };
    const token = await signedToken(all, HOST.secret);
    expect(await codeFor(token)).toBe(code);
  });

  it('attack 4: the host’s secret does not sign our tokens, nor ours theirs', async () => {
    expect(await codeFor(await ownToken({}, {}, HOST.secret))).toBe('401 unauthenticated');
    const claims = { iss: HOST.issuer, aud: HOST.audience, sub: 'ext-1', exp: seconds() + 60 };
    expect(await codeFor(await signedToken(claims, OWN_SECRET))).toBe('401 unauthenticated');
  });

  it('§2: a disabled user is refused at once', async () => {
    const token = await node.hostToken('bad', { name: 'Bad' });
    const { id } = (await me(token)).body;
    await node.request
      .patch(`/api/users/${id}`)
      .set('authorization', ann.bearer)
      .send({ isDisabled: true })
      .expect(200);
    expect(await codeFor(token)).toBe('401 unauthenticated');
    await node.request
      .patch(`/api/users/${id}`)
      .set('authorization', ann.bearer)
      .send({ isDisabled: false })
      .expect(200);
  });

  it('§2: scopes are returned', async () => {
    const tokens = node.node.app.get(TokenService);
    const scoped = await tokens.verify(await node.hostToken('scoped', { scope: 'openid users:provision' }));
    expect(scoped).toMatchObject({ sessionId: null, scopes: ['openid', 'users:provision'] });
  });
});

describe('public keys of the host product', () => {
  let provider: Server;
  let keyed: TestNode;
  let up = true;
  /** What else there is in the set. */
  let others: JWK[] = [];
  const keys: Record<string, { privateKey: CryptoKey; publicKey: CryptoKey; jwk: JWK }> = {};

  beforeAll(async () => {
    for (const alg of ['RS256', 'ES256', 'EdDSA']) {
      const pair = await generateKeyPair(alg, { extractable: true });
      keys[alg] = { ...pair, jwk: { ...(await exportJWK(pair.publicKey)), alg, use: 'sig', kid: alg } };
    }
    provider = createServer((_request, response) => {
      response.statusCode = up ? 200 : 500;
      response.end(JSON.stringify({ keys: [...Object.values(keys).map(({ jwk }) => jwk), ...others] }));
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    const AUTH_JWKS_URL = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks`;
    keyed = await startNode({ AUTH_SECRET: '', AUTH_JWKS_URL, LOG_LEVEL: 'debug' });
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await keyed.close();
    await new Promise((resolve) => provider.close(resolve));
  });

  const ask = (token: string) => keyed.request.get('/api/users/me').set('authorization', `Bearer ${token}`);
  const claims = () => ({ iss: HOST.issuer, aud: HOST.audience, sub: 'ext-1', name: 'Key', exp: seconds() + 60 });

  it('§2: while they cannot be fetched the client gets service_unavailable', async () => {
    up = false;
    const token = await signedToken(claims(), keys.RS256!.privateKey, { alg: 'RS256', kid: 'RS256' });
    const answer = await ask(token).expect(503);
    expect(answer.body.error).toMatchObject({ code: 'service_unavailable', retryable: true });
    up = true;
    await ask(token).expect(200);
  });

  it.each(['RS256', 'ES256', 'EdDSA'])('§2: %s is accepted', async (alg) => {
    const token = await signedToken(claims(), keys[alg]!.privateKey, { alg, kid: alg });
    await ask(token).expect(200);
  });

  it.each(['RS256', 'ES256', 'EdDSA'])(
    '§2: of several keys for %s each is tried on a token that names none, and the newest, too',
    async (alg) => {
      const pairs = await Promise.all([1, 2, 3].map(() => generateKeyPair(alg, { extractable: true })));
      const spare = await Promise.all(pairs.map(({ publicKey }) => exportJWK(publicKey)));
      const by = (n: number) => signedToken(claims(), pairs[n]!.privateKey, { alg });
      // One has everything but a name, one only what it must have; one of no use stands between them.
      others = [
        { ...spare[0], alg, use: 'sig' },
        { ...spare[0], alg, crv: 'P-256', n: 'AQAB', x: 'AQ' },
        spare[1] as JWK,
      ];
      later(31_000);
      for (const n of [0, 1]) await ask(await by(n)).expect(200);
      await ask(await by(2)).expect(401);
      others = [...others, { ...spare[2], use: 'enc' }];
      later(31_000);
      await ask(await by(2)).expect(401);
      others = [...others, { ...spare[2] }];
      await ask(await by(2)).expect(401);
      later(31_000);
      await ask(await by(2)).expect(200);
    },
  );

  it('§2: the reason for refusing a token is in the log, at debug, and the token is not', async () => {
    const { privateKey } = keys.RS256!;
    const signed = (change: object, header: object = { alg: 'RS256', kid: 'RS256' }) =>
      signedToken({ ...claims(), ...change }, privateKey, header);
    for (const [token, reason] of [
      [await signed({ aud: 'other' }), /"aud"/],
      [await signed({ exp: seconds() - 1 }), /"exp"|expired/],
      [await signed({ iat: seconds() + 600 }), /"iat".*ahead/],
      [await signed({ exp: undefined }), /"exp" is missing/],
      [await signed({ sub: undefined }), /"sub" is missing/],
      [await signed({}, { alg: 'RS256', kid: 'unheard-of' }), /no applicable key/],
      [await signed({ iss: `${HOST.issuer}/` }), /issuer/],
      [`${(await signed({})).slice(0, -6)}AAAAAA`, /signature/],
    ] as const) {
      const before = keyed.logs.length;
      await ask(token).expect(401);
      const lines = keyed.logs.slice(before).filter(({ level }) => level === 'debug');
      expect(lines).toContainEqual(expect.objectContaining({ reason: expect.stringMatching(reason) }));
      expect(JSON.stringify(keyed.logs.slice(before))).not.toContain(token.split('.')[2]);
    }
  });

  it('attack 4: HS256 signed with a public key is refused', async () => {
    const pem = await exportSPKI(keys.RS256!.publicKey);
    for (const secret of [pem, JSON.stringify(keys.RS256!.jwk), String(keys.RS256!.jwk.n)]) {
      for (const kid of ['RS256', undefined]) {
        const token = await signedToken(claims(), secret, { kid });
        expect((await ask(token)).body.error.code).toBe('unauthenticated');
      }
    }
  });

  it('§2: a key that the provider does not have is refused', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    for (const kid of ['RS256', 'other']) {
      const token = await signedToken(claims(), privateKey, { alg: 'RS256', kid });
      expect((await ask(token).expect(401)).body.error.code).toBe('unauthenticated');
    }
  });
});
