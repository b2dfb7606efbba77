import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect } from 'node:http2';
import { request } from 'node:https';
import { setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClientOptions } from '@parley/client';
import {
  download,
  eventually,
  freePort,
  freshDirectory,
  ParleyNode,
  PostgresCluster,
  RedisServer,
  testCertificate,
  upload,
  WebSocketClient,
} from '@parley/testkit';
import { io, type Socket } from 'socket.io-client';
import { type Device, Person } from '../sdk/person.js';
import { when } from '../sdk/when.js';
import { PROXY_KINDS } from './proxy-kinds.js';
import { ProxyProgram } from './proxy-program.js';

/** Where one of the four is missing, `npm test` says so. */
const areThere = Boolean(process.env.PARLEY_TEST_PROXIES);
const LARGE = Buffer.alloc(50 * 2 ** 20, 'fifty megabytes, ');
const CREDENTIALS = { username: 'nobody', password: 'not the right one' };
const certificate = testCertificate();

let postgres: PostgresCluster;
let redis: RedisServer;
let nodes: ParleyNode[] = [];
const filesDirectory = freshDirectory('files');

beforeAll(async () => {
  if (!areThere) return;
  setDefaultCACertificates([certificate.cert]);
  // No fleet: its links go through this process, which has large files to send.
  [postgres, redis] = await Promise.all([PostgresCluster.start(), RedisServer.start()]);
  await postgres.createDatabase('parley');
  const env = {
    DATABASE_URL: `postgres://postgres@127.0.0.1:${postgres.port}/parley`,
    REDIS_URL: redis.url,
    JWT_SECRET: 'common to the nodes of this test',
    FILES_SHARED: 'yes',
    TRUST_PROXY: 'loopback',
    MAX_WRONG_PASSWORDS_PER_ADDRESS: '1',
  };
  // The first one brings the database up to date.
  for (let n = 0; n < 2; n += 1) nodes = [...nodes, await ParleyNode.start({ env, filesDirectory })];
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await Promise.all([postgres?.stop(), redis?.close()]);
  rmSync(filesDirectory, { recursive: true });
});

describe.each(areThere ? PROXY_KINDS : [])(
  'S3.43 S4.52: two nodes behind $name, by the configuration in tools/deploy',
  (kind) => {
    let proxy: ProxyProgram;
    let ada: Person;
    let grace: Person;

    beforeAll(async () => {
      const [first, second] = nodes.map(({ url }) => new URL(url).host) as [string, string];
      proxy = await ProxyProgram.start(kind, [first, second], certificate);
      ada = await Person.named(`ada-${kind.program}`, proxy.url);
      grace = await Person.named(`grace-${kind.program}`, proxy.url);
    });
    afterAll(() => proxy?.close());

    /** Posts from one of the addresses of this machine; answers with the status. */
    async function signIn(localAddress: string, forged: string): Promise<number> {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': forged, forwarded: `for=${forged}` };
      const asked = request(`${proxy.url}/api/auth/login`, { method: 'POST', localAddress, headers, agent: false });
      asked.end(JSON.stringify(CREDENTIALS));
      const [answer] = await once(asked, 'response');
      answer.resume();
      return answer.statusCode;
    }

    it('S0.27: people register over TLS, with a cookie for TLS only, and metrics are not there', async () => {
      const body = JSON.stringify({ username: `of-${kind.program}`, password: 'correct horse battery' });
      const headers = { 'content-type': 'application/json', origin: proxy.url };
      const made = await fetch(`${proxy.url}/api/auth/register`, { method: 'POST', headers, body });
      const cookie = made.headers.getSetCookie().find((each) => each.startsWith('parley_refresh'));
      expect([made.status, cookie]).toEqual([201, expect.stringContaining('; Secure')]);
      expect((await fetch(`${proxy.url}/metrics`)).status).toBe(404);
    });

    it('nodes see the address of the person, and not what the person says of it', async () => {
      const place = PROXY_KINDS.indexOf(kind);
      const statuses = [];
      // One is taken by each node.
      for (let n = 1; n <= 3; n += 1) statuses.push(await signIn(`127.0.1.${place + 1}`, `203.0.113.${n}`));
      expect(statuses.slice(0, 2)).toContain(401);
      expect(statuses).toContain(429);
      expect(await signIn(`127.0.2.${place + 1}`, '203.0.113.1')).toBe(401);
    });

    it('S0.27: browsers are served by HTTP/2, sockets too where the proxy offers that', async () => {
      const session = connect(proxy.url);
      await once(session, 'remoteSettings');
      const authorization = `Bearer ${ada.token}`;
      const me = session.request({ ':path': '/api/users/me', authorization });
      const [{ ':status': status }] = await once(me.resume(), 'response');
      expect([session.alpnProtocol, status]).toEqual(['h2', 200]);
      if (session.remoteSettings.enableConnectProtocol) {
        const how = { ':method': 'CONNECT', ':protocol': 'websocket', 'sec-websocket-version': '13' };
        const socket = session.request(
          { ...how, ':path': '/ws', origin: proxy.url, authorization },
          { endStream: false },
        );
        let read = '';
        socket.on('data', (part: Buffer) => {
          read += part.toString('latin1');
        });
        await eventually('ready comes', () => read.includes('"type":"ready"'));
      }
      session.destroy();
    });

    it('what it writes down has the path of a request and not its query, also where no node answers', async () => {
      const secret = 'a-token-of-somebody';
      const nobody = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`] as [string, string];
      const alone = await ProxyProgram.start(kind, nobody, certificate, [502, 503]);
      try {
        for (const { url } of [proxy, alone]) {
          const answer = await fetch(`${url}/api/users/me/of-a-test?token=${secret}`);
          await answer.arrayBuffer();
        }
        for (const each of [proxy, alone])
          await eventually('the request is in its log', () => each.log().includes('/api/users/me/of-a-test'));
        expect(proxy.log() + alone.log()).not.toContain(secret);
      } finally {
        await alone.close();
      }
    });

    it('50 MB go through, there and back', async () => {
      // A connection that was kept may be closed with the first question on it, and what is not known to be safe is not repeated.
      const { status, file } = await eventually('it is answered', () => upload(ada, LARGE).catch(() => null));
      expect(status).toBe(201);
      const content = await download(ada, file);
      expect(content instanceof Buffer && content.equals(LARGE)).toBe(true);
    });

    it('G4: it is reloaded while people talk by WebSocket and by polling alone, and they miss nothing', async () => {
      const { id } = await ada.rest.createConversation({ type: 'group', name: 'Reload', memberIds: [grace.id] });
      const plain = new WebSocketClient(proxy.url, { token: grace.token });
      await plain.until('ready comes', ({ type }) => type === 'ready');
      const [one, other] = [over('websocket'), over('polling')];
      const devices = [await ada.device(one).online(), await grace.device(other).online()];
      let losses = 0;
      devices[0]?.client.connection.subscribe(() => {
        if (devices[0]?.client.connection.getSnapshot().state !== 'online') losses += 1;
      });
      let isOver = false;
      // What nobody looks at is kept for the newest messages only.
      const looks = devices.map(({ client }) => client.messages(id).subscribe(() => undefined));
      const talking = devices.map((device) => talk(device, devices, id, () => isOver));
      await heard(devices, id, 5);
      await proxy.reload();
      await heard(devices, id, 5);
      isOver = true;
      const said = await Promise.all(talking);
      for (const device of devices) await device.shows(id, said.flat());
      // A connection that was kept since before the reload may be closed with the first question on it.
      const all = await eventually('the messages are read', () => ada.rest.messages(id).catch(() => null));
      const stored = all.flatMap(({ type, content }) => (type === 'text' ? [content] : []));
      expect(stored.toSorted()).toEqual(said.flat().toSorted());
      for (const device of devices) expect(await shown(device, id, said.flat())).toEqual(stored);
      expect([one.transport(), other.transport()]).toEqual(['websocket', 'polling']);
      expect([losses > 0, plain.closed !== null]).toEqual([kind.cutsSockets, kind.cutsSockets]);
      plain.close();
      for (const end of looks) end();
      await Promise.all(devices.map(({ client }) => client.stop()));
    });
  },
);

/** A client that has one transport alone, as where the other does not get through. */
function over(transport: 'websocket' | 'polling') {
  let newest: Socket | undefined;
  const openSocket: ClientOptions['openSocket'] = (url, options) => {
    newest = io(url, { ...options, transports: [transport] });
    return newest;
  };
  return { openSocket, transport: () => newest?.io.engine.transport.name };
}

/** Says one thing after the other, each once all have seen the one before. */
async function talk(device: Device, all: Device[], id: string, isOver: () => boolean): Promise<string[]> {
  const said: string[] = [];
  while (!isOver()) {
    const content = `${device.person.name} ${said.length + 1}`;
    said.push(content);
    device.client.send(id, { content });
    await Promise.all(all.map((each) => each.shows(id, [content])));
  }
  return said;
}

/** Once each of them shows so many more than are stored by now. */
async function heard([one, other]: readonly Device[], id: string, more: number): Promise<void> {
  const { rest } = (one as Device).person;
  const { lastSeq } = await rest.conversation(id);
  for (const device of [one, other] as Device[])
    await when(device.client.messages(id), ({ items }) =>
      items.some((item) => item.kind === 'stored' && item.message.seq >= lastSeq + more),
    );
}

async function shown(device: Device, id: string, said: string[]): Promise<string[]> {
  const items = await device.shows(id, said);
  return items.flatMap((item) =>
    item.kind === 'stored' && said.includes(item.message.content) ? [item.message.content] : [],
  );
}
