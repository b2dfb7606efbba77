import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect as connectPlain, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect, createServer, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, freshDirectory, testCertificate } from '@parley/testkit';
import { readEnvironment } from '../src/config/environment.js';
import { Certificate } from '../src/platform/http/certificate.js';
import { unsentOf } from '../src/realtime/connections/slow-consumers.js';
import { startNode, type TestNode } from './node.js';
import { aGroup, type Person } from './people.js';
import { RawSocket } from './raw-socket.js';

const directory = freshDirectory('tls');
const certFile = join(directory, 'chat.pem');
const keyFile = join(directory, 'chat.key');
const [first, second, other] = [testCertificate('first'), testCertificate('second'), testCertificate('other')];
const put = async ({ cert, key }: { cert?: string; key?: string }): Promise<void> => {
  for (const [file, text] of Object.entries({ [certFile]: cert, [keyFile]: key })) {
    if (text === undefined) continue;
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  }
};

describe('a node with a certificate of its own', () => {
  let node: TestNode;
  /** Connections that never begin TLS. */
  let silent: Socket[];
  beforeAll(async () => {
    setDefaultCACertificates([first.cert, second.cert]);
    await put(first);
    node = await startNode({ TLS_CERT: certFile, TLS_KEY: keyFile, HSTS_SECONDS: '600', REQUIRE_TLS: 'yes' });
    silent = Array.from({ length: 50 }, () => connectPlain(node.node.port, '127.0.0.1').resume());
  });
  afterAll(() => node.close());

  /** Whose certificate a new connection gets. */
  const served = async (): Promise<string> => {
    const socket: TLSSocket = connect({ port: node.node.port, host: '127.0.0.1' });
    await once(socket, 'secureConnect');
    const name = socket.getPeerCertificate().subject.CN;
    socket.destroy();
    return String(name);
  };
  const lines = (msg: string) => node.logs.filter((line) => String(line.msg).includes(msg));

  it('§2 S0.27: serves pages, REST and sockets by it, with Strict-Transport-Security and a Secure cookie', async () => {
    expect(node.url).toMatch(/^https:/);
    const page = await node.request.get('/').expect(200);
    expect(page.headers['strict-transport-security']).toBe('max-age=600');
    const body = { username: 'tls', password: 'correct horse battery' };
    const made = await node.request.post('/api/auth/register').send(body).expect(201);
    const [cookie = ''] = made.headers['set-cookie'] as unknown as string[];
    expect(cookie).toContain('Secure');
    const { id, owner, members } = await aGroup(node);
    const sockets = [
      await owner.connect({ transports: ['websocket'] }),
      await (members[0] as Person).connect({ transports: ['polling'] }),
    ];
    await owner.say(id, 'by TLS');
    for (const socket of sockets) {
      expect(await socket.first('message:new')).toMatchObject({ message: { content: 'by TLS' } });
      socket.close();
    }
  });

  it('A12: a page of plain HTTP at the same address is of another origin', async () => {
    for (const [origin, status] of [
      [node.url, 101],
      [node.url.replace('https', 'http'), 403],
    ] as const) {
      const raw = new RawSocket(node.url, { headers: { origin } });
      const found = await eventually('it is answered', () => raw.refused?.status ?? (raw.frames[0] ? 101 : null));
      expect(found).toBe(status);
      raw.close();
    }
  });

  it('§8: a renewed certificate is served from the next connection on, and what is connected stays', async () => {
    const { id, owner } = await aGroup(node);
    const socket = await owner.connect();
    expect(await served()).toBe('first');
    await put(second);
    await eventually('the second one is served', async () => (await served()) === 'second');
    expect(lines('renewed certificate')).toEqual([
      expect.objectContaining({ until: expect.stringMatching(/^\d{4}-/) }),
    ]);
    await socket.say(id, 'still here');
    expect(socket.ended).toBeNull();
    socket.close();
  });

  it.each([
    ['another certificate’s key', { key: other.key }, 'not the key of the certificate'],
    ['no certificate', { cert: 'oops' }, 'no certificate'],
  ])('§8: %s leaves the former certificate, and is logged once', async (_what, files, reason) => {
    const before = lines('are no use').length;
    await put(files);
    await eventually('it is logged', () => lines('are no use').length > before);
    expect(lines('are no use').at(-1)).toMatchObject({ level: 'warn', reason: expect.stringContaining(reason) });
    expect(await served()).toBe('second');
    await put(second);
    await eventually('they are good again', () => lines('renewed certificate').length > before + 1);
    expect(lines('are no use')).toHaveLength(before + 1);
  });

  it('S0.27: plain HTTP is not served, and harms nobody', async () => {
    const socket = connectPlain(node.node.port, '127.0.0.1');
    socket.on('error', () => undefined);
    let answer = '';
    socket.on('data', (part: Buffer) => {
      answer += part.toString('latin1');
    });
    socket.write('GET /api/users/me HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'close');
    expect(answer).not.toContain('HTTP/1.1 2');
    await node.request.get('/health/live').expect(200);
  });

  it('A56: who connects and never begins TLS is cut, and others do not notice', async () => {
    await eventually('all are cut', () => silent.every(({ closed }) => closed), 15_000);
    await node.request.get('/health/live').expect(200);
  });

  it('§8 G9: stops in time, with connections that are open and some in the middle of their handshake', async () => {
    const { owner } = await aGroup(node);
    const socket = await owner.connect();
    const half = connectPlain(node.node.port, '127.0.0.1');
    half.on('error', () => undefined);
    await once(half, 'connect');
    const ended = once(half.resume(), 'close');
    await node.node.close();
    await ended;
    expect(await socket.end()).toMatch(/transport (close|error)/);
  });
});

it('G8: what a slow reader has taken is seen through TLS too', async () => {
  const server = createServer(first).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reader = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ca: first.cert });
  reader.pause();
  const [stream] = (await once(server, 'secureConnection')) as [TLSSocket];
  stream.on('error', () => undefined);
  for (let part = 0; part < 16; part += 1) stream.write(Buffer.alloc(1_000_000));
  await once(reader, 'readable');
  const before = unsentOf(stream);
  expect(before).toBeGreaterThan(4_000_000);
  // One write has not left as a whole before all have: the stream itself sees nothing of it.
  const { writableLength } = stream;
  await eventually('less is unsent', () => {
    reader.read();
    return unsentOf(stream) < before - 500_000;
  });
  expect(stream.writableLength).toBe(writableLength);
  reader.destroy();
  stream.destroy();
  await new Promise((resolve) => server.close(resolve));
});

describe('the files of a certificate', () => {
  const faultsOf = (certificate: string, key: string) =>
    Certificate.read({ certFile: certificate, keyFile: key }).then(
      () => [],
      (fault: { faults: string[] }) => fault.faults,
    );

  it.each([
    [
      'a certificate that is not there',
      () => faultsOf(`${certFile}.none`, keyFile),
      /^TLS_CERT names .*\.none, which cannot be read \(ENOENT\)\.$/,
    ],
    [
      'a key that is not there',
      () => faultsOf(certFile, directory),
      /^TLS_KEY names .*, which cannot be read \(EISDIR\)\.$/,
    ],
    [
      'a key in place of the certificate',
      () => faultsOf(keyFile, keyFile),
      /^TLS_CERT names .*, which is no certificate/,
    ],
    [
      'a certificate in place of the key',
      () => faultsOf(certFile, certFile),
      /^TLS_KEY names .*, which is no private key/,
    ],
    [
      'the key of another',
      async () => {
        await put({ key: other.key });
        return faultsOf(certFile, keyFile);
      },
      /^TLS_KEY names .*, which is not the key of the certificate/,
    ],
  ])('§8: %s ends the start with a sentence', async (_what, faults, sentence) => {
    await put(first);
    expect(await faults()).toEqual([expect.stringMatching(sentence)]);
  });

  it('§8: nothing is opened where they are no use', async () => {
    await put({ ...first, key: other.key });
    await expect(startNode({ TLS_CERT: certFile, TLS_KEY: keyFile })).rejects.toThrow('not the key');
    expect(readEnvironment({ TLS_CERT: certFile, TLS_KEY: keyFile }).tls).toEqual({ certFile, keyFile });
  });
});
