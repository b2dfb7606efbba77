import type { ErrorCode } from '@parley/protocol';
import { DEFAULT_ISSUER } from '@parley/testkit';
import type { Answer } from '../answer.contract.js';
import { withCanary } from '../canary.js';
import { ALLOWED_ORIGIN } from '../deployment-settings.js';
import { Actor } from '../fixture.js';
import { forge, inSeconds } from '../forge.js';
import type { Row } from '../row.contract.js';
import { connectFrame, stompRefused } from '../stomp-attacker.js';
import type { Target } from '../target.js';
import { frame, UPGRADE, Wire } from '../wire.js';
import { plainRefused, plainWays } from './plain-websocket.js';

const POLL = '/socket.io/?EIO=4&transport=polling';
const SOCKET = '/socket.io/?EIO=4&transport=websocket';
const PLAIN = '/ws';
const STOMP = '/stomp';

/** Not the page that is allowed, by a letter of its origin. */
const LIKE_ALLOWED = [
  `${ALLOWED_ORIGIN}.evil.example`,
  `${ALLOWED_ORIGIN}:444`,
  `${ALLOWED_ORIGIN}/`,
  ALLOWED_ORIGIN.toUpperCase(),
  ALLOWED_ORIGIN.replace('https', 'http'),
  ALLOWED_ORIGIN.replace('good', 'evil.good'),
  `${ALLOWED_ORIGIN}, https://evil.example`,
];

/** Where a token is looked at: REST, and a socket's handshake by both ways to name it. */
async function refusedEverywhere(target: Target, token: string, code: ErrorCode): Promise<void> {
  const authorization = `Bearer ${token}`;
  target.refused(await target.api(null, 'GET /users/me', undefined, { headers: { authorization } }), code);
  for (const options of [{ auth: { token } }, { auth: {}, extraHeaders: { authorization } }]) {
    const socket = target.dial(null, options);
    await socket.end();
    target.must(socket.refusal?.code === code, `A socket was refused with ${socket.refusal?.code}, not ${code}`);
    target.must(socket.received.length === 0, 'A socket received something before it was refused');
  }
  for (const options of plainWays(token)) await plainRefused(target, options, code);
  await stompRefused(target, connectFrame({ Authorization: authorization }), code);
  await stompRefused(target, connectFrame(), code, { headers: { authorization } });
}

/** A token of the host product, whose secret the nodes share with us. */
const hosted = (claims: object): string =>
  forge('', {
    header: { alg: 'HS256', typ: 'JWT' },
    claims: { iss: DEFAULT_ISSUER.issuer, aud: DEFAULT_ISSUER.audience, sub: 'nobody', iat: inSeconds(0), ...claims },
    secret: DEFAULT_ISSUER.secret,
  });

const refresh = (
  target: Target,
  cookie: string,
  headers: object = { 'sec-fetch-site': 'same-origin' },
): Promise<Answer> => target.api(null, 'POST /auth/refresh', undefined, { headers: { cookie, ...headers } });

const cookieOf = ({ headers }: Answer): string => headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';

export const handshake: Row[] = [
  {
    id: 'A1',
    title: 'connecting without a token: refused, and no command is run',
    async run(target) {
      const socket = target.dial(null);
      await socket.end();
      target.must(socket.refusal?.code === 'unauthenticated', `The handshake ended with ${socket.refusal?.code}`);
      target.must(socket.received.length === 0, 'An event came before the refusal');
      const wire = await Wire.webSocket(target.url());
      const { group: conversationId } = target.fixture;
      wire.write(
        frame(1, `420${JSON.stringify(['message:send', { conversationId, content: 'before any handshake' }])}`),
      );
      await wire.ended();
      target.must(!wire.texts.some((text) => text.startsWith('43')), 'A command before the handshake was answered');
    },
  },
  {
    id: 'A3',
    title: 'tokens of alg none in any spelling, and without a signature: unauthenticated',
    async run(target) {
      for (const alg of ['none', 'NONE', 'nOnE', 'HS256', '']) {
        await refusedEverywhere(target, forge(target.fixture.alice.token, { header: { alg } }), 'unauthenticated');
      }
    },
  },
  {
    id: 'A4',
    title: 'tokens signed by somebody else, or that name their own key: unauthenticated, and nothing is fetched',
    async run(target) {
      const secret = 'the secret of an attacker, long enough';
      const jwk = { kty: 'oct', k: Buffer.from(secret).toString('base64url') };
      const asked = await withCanary(async (url) => {
        const headers = [
          {},
          { jku: url },
          { x5u: url },
          { jwk },
          { kid: '../../dev/null' },
          { kid: url, jku: url, jwk },
        ];
        for (const header of headers)
          await refusedEverywhere(target, forge(target.fixture.alice.token, { header, secret }), 'unauthenticated');
      });
      target.must(asked === 0, `${asked} requests came for the key that a token named`);
    },
  },
  {
    id: 'A5',
    title: 'tokens that are over, not begun, without an end, or meant for others: refused, each by its code',
    needs: 'own node',
    async run(target) {
      const { alice } = target.fixture;
      const soon = { exp: inSeconds(60) };
      const wrong: [object, ErrorCode][] = [
        [{ exp: inSeconds(-1) }, 'token_expired'],
        [{ ...soon, nbf: inSeconds(600) }, 'unauthenticated'],
        [{}, 'unauthenticated'],
        [{ exp: 'never' }, 'unauthenticated'],
        [{ ...soon, iss: 'https://other.example' }, 'unauthenticated'],
        [{ ...soon, iss: 'parley', aud: 'parley' }, 'unauthenticated'],
        [{ ...soon, aud: 'other' }, 'unauthenticated'],
        [{ ...soon, sub: '' }, 'unauthenticated'],
      ];
      for (const [claims, code] of wrong) await refusedEverywhere(target, hosted(claims), code);
      await refusedEverywhere(target, alice.cookie.split('=')[1] ?? '', 'unauthenticated');
      target.refused(await refresh(target, `${alice.cookie.split('=')[0]}=${alice.token}`), 'unauthenticated');
    },
  },
  {
    id: 'A6',
    title: 'a token that ends while its socket is open: announced, then nothing more is run or received',
    needs: 'own node',
    changes: ['users'],
    async run(target) {
      const exp = inSeconds(4);
      const socket = target.dial(null, { auth: { token: hosted({ sub: `brief-${exp}`, exp }) } });
      await socket.ready();
      target.must(
        (await socket.ask('sync', { conversations: {} })).error === null,
        'A command before the end was refused',
      );
      await socket.end();
      const late = Date.now() - exp * 1_000;
      target.must(socket.all('auth:expiring').length === 1, 'The end was not announced');
      target.must(
        JSON.stringify(socket.all('server:closing')).includes('token_expired'),
        'It was not closed for its token',
      );
      target.must(late < 2_000, `It was closed ${late} ms after the token's end`);
      target.figure('closed after the end of the token', `${late} ms`);
    },
  },
  {
    id: 'A7',
    title: 'renewing a socket with the token of another user: forbidden, and the socket is closed',
    async run(target) {
      const { mallory, alice } = target.fixture;
      const socket = await target.connect(mallory);
      target.refused(await socket.ask('auth:refresh', { token: alice.token }), 'forbidden');
      await socket.end();
    },
  },
  {
    id: 'A9',
    title: 'a refresh token again after its successor was used: 401, and the whole family is over',
    changes: ['users'],
    async run(target) {
      for (const generations of [2, 3]) {
        const victim = await Actor.register(target.url(), 'victim');
        const cookies = [victim.cookie];
        for (let n = 0; n < generations; n += 1) cookies.push(cookieOf(await refresh(target, cookies.at(-1) ?? '')));
        target.refused(await refresh(target, cookies[0] ?? ''), 'unauthenticated');
        target.refused(await refresh(target, cookies.at(-1) ?? ''), 'unauthenticated');
        target.refused(await target.api(victim, 'GET /users/me'), 'unauthenticated');
      }
    },
  },
  {
    id: 'A10',
    title: 'a token in the URL of a request or a Socket.IO handshake: refused, and no log shows it',
    async run(target) {
      const { alice } = target.fixture;
      const { token } = alice;
      target.refused(await target.api(null, `GET /users/me?token=${token}`), 'unauthenticated');
      target.refused(await target.api(null, `GET /users/me?access_token=${token}`), 'unauthenticated');
      const socket = target.dial(null, { query: { token } });
      await socket.end();
      target.must(
        socket.refusal?.code === 'unauthenticated',
        `A handshake by the URL ended with ${socket.refusal?.code}`,
      );
    },
  },
  {
    id: 'A11',
    title: 'a ticket twice, a made-up one, and one in place of a token elsewhere: unauthenticated',
    changes: ['auth_tickets'],
    async run(target) {
      const { alice } = target.fixture;
      const { ticket } = JSON.parse((await target.api(alice, 'POST /auth/ticket')).text) as { ticket: string };
      await target.dial(null, { query: { ticket } }).ready();
      for (const again of [ticket, `${ticket}x`, ticket.slice(0, -4), 'guessed', alice.token]) {
        const socket = target.dial(null, { query: { ticket: again } });
        await socket.end();
        target.must(socket.refusal?.code === 'unauthenticated', `A handshake ended with ${socket.refusal?.code}`);
      }
      target.refused(await target.api(null, `GET /users/me?ticket=${ticket}`), 'unauthenticated');
    },
  },
  {
    id: 'A12',
    title:
      'a page of another origin, in any spelling, by polling and by WebSocket: 403 before any upgrade; those of FRONTEND_URL and our own get in',
    async run(target) {
      const { host } = new URL(target.url());
      const foreign = [
        'https://evil.example',
        'null',
        `http://${host}.evil.example`,
        `http://${host}0`,
        `HTTP://${host}`,
        ...LIKE_ALLOWED,
        'file://',
        '',
      ];
      for (const origin of foreign) {
        target.refused(await target.ask({ path: POLL, headers: { host, origin } }), 'forbidden');
        for (const path of [SOCKET, PLAIN, STOMP])
          target.refused(await target.ask({ path, headers: { host, origin, ...UPGRADE } }), 'forbidden');
      }
      for (const origin of [`http://${host}`, ...(target.own ? [ALLOWED_ORIGIN] : [])]) {
        const polled = await target.ask({ path: POLL, headers: { host, origin } });
        const upgraded = await target.ask({ path: SOCKET, headers: { host, origin, ...UPGRADE } });
        const plain = await target.ask({ path: PLAIN, headers: { host, origin, ...UPGRADE } });
        const statuses = `${polled.status} ${upgraded.status} ${plain.status}`;
        target.must(statuses === '200 101 101', `${origin}: ${statuses} in place of 200 101 101`);
      }
    },
  },
  {
    id: 'A13',
    title: 'no origin but our cookie, from where a browser says that it is not our page: 403',
    async run(target) {
      const { cookie, token } = target.fixture.alice;
      for (const [path, more] of [
        [POLL, {}],
        [SOCKET, UPGRADE],
        [PLAIN, UPGRADE],
        [STOMP, UPGRADE],
      ] as const) {
        for (const site of [{}, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }])
          target.refused(await target.ask({ path, headers: { cookie, ...more, ...site } }), 'forbidden');
        const fine = [{ cookie, 'sec-fetch-site': 'same-origin' }, { authorization: `Bearer ${token}` }];
        for (const headers of fine) {
          const { status } = await target.ask({ path, headers: { ...headers, ...more } });
          target.must(status === 200 || status === 101, `${path} with ${Object.keys(headers).join(' ')}: ${status}`);
        }
      }
    },
  },
  {
    id: 'A14',
    title: 'changing something by the cookie from another site: 403, and nothing is changed',
    async run(target) {
      const { cookie } = target.fixture.alice;
      const sites = [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, {}];
      for (const site of sites) {
        for (const [method, path] of [
          ['POST', '/auth/refresh'],
          ['POST', '/auth/logout'],
          ['PUT', '/conversations'],
          ['DELETE', '/users/me'],
        ]) {
          const headers = { cookie, 'content-type': 'text/plain', ...site };
          target.refused(await target.api(null, `${method} ${path}`, '{"all":true}', { headers }), 'forbidden');
        }
      }
    },
  },
  {
    id: 'A15',
    title: 'JSON that is declared as text or as a form, as browsers send it without asking: 415',
    async run(target) {
      const { alice, group } = target.fixture;
      const types = [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/jsonx',
        'application/json; charset=utf-16',
      ];
      for (const type of types) {
        for (const path of ['/auth/login', `/conversations/${group}/messages`]) {
          const headers = { 'content-type': type };
          target.refused(
            await target.api(alice, `POST ${path}`, '{"content":"x"}', { headers }),
            'unsupported_media_type',
          );
        }
      }
    },
  },
  {
    id: 'A17',
    title: 'guessed namespaces, revisions, transports and session ids: refused, and the process goes on',
    async run(target) {
      const socket = target.dial(target.fixture.mallory, { namespace: '/admin' });
      await socket.end();
      const paths = [
        '/socket.io/?EIO=3&transport=polling',
        '/socket.io/?EIO=4&transport=webtransport',
        `${POLL}&sid=00000000000000000000`,
        ...['__proto__', 'constructor', 'hasOwnProperty', 'toString'].map((sid) => `${POLL}&sid=${sid}`),
        `${POLL}&sid=a&sid=b`,
        '/socket.io/?EIO=4&EIO=3&transport=polling',
        '/socket.io/',
        '/socket.io/../socket.io/?EIO=4&transport=x',
      ];
      for (const path of paths) {
        for (const headers of [{}, UPGRADE]) {
          const { status } = await target.ask({ path, headers });
          target.must(status === 400 || status === 404, `${path}: ${status}`);
        }
      }
      const wire = await Wire.webSocket(target.url());
      for (let n = 0; n < 100; n += 1) wire.write(frame(1, `40/guess-${n},{}`));
      await wire.ended();
      const answered = wire.texts.filter((text) => text.startsWith('44')).length;
      target.must(answered <= 10, `A connection could guess ${answered} namespaces`);
    },
  },
];
