import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocketClient } from '@parley/testkit';
import { ForumSocket } from './forum-socket.js';
import { startNode, type TestNode } from './node.js';
import { aPerson, directOf, type Person, succeeded } from './people.js';
import { StompSocket } from './stomp-socket.js';
import { TestSocket } from './test-socket.js';
import { begin } from './tus.js';
import { aFile, PNG } from './uploads.js';

const PATH = '/chat';
const CREDENTIALS = { username: 'below', password: 'correct horse battery' };

let node: TestNode;
/** Without the path. */
let origin: string;
let ann: Person;
let ben: Person;

beforeAll(async () => {
  node = await startNode({ BASE_PATH: `${PATH}/`, FORUM_PROFILE: 'on' });
  ({ origin } = new URL(node.url));
  [ann, ben] = [await aPerson(node), await aPerson(node)];
});
afterAll(() => node.close());

const ask = (address: string, method = 'GET') =>
  fetch(new URL(address, origin), { method, headers: { authorization: `Bearer ${ann.token}` } });

describe('below a path', () => {
  it('is the address that a node names as its own', () => {
    expect(node.url).toBe(`${origin}${PATH}`);
  });

  it.each(['/api/users/me', '/health/ready', '/metrics', '/api/docs', '/api/docs/openapi.json', '/c/1', '', '/'])(
    '%j is served, and at the root too, since a proxy may take the path off',
    async (path) => {
      const [below, above] = await Promise.all([ask(PATH + path), ask(path)]);
      expect([below.status, above.status]).toEqual([200, 200]);
    },
  );

  it('what only begins like it is not below it', async () => {
    expect((await ask(`${PATH}ter/api/users/me`, 'POST')).status).toBe(404);
  });

  it('cookies are good below it only', async () => {
    const made = await node.request.post('/api/auth/register').send(CREDENTIALS).expect(201);
    const cookies = made.headers['set-cookie'] as unknown as string[];
    const paths = cookies.map((cookie) => /; Path=([^;]+)/.exec(cookie)?.[1]);
    expect(paths).toEqual(['/chat/api/auth', '/chat/ws']);
    const [refresh = '', forum = ''] = cookies.map((cookie) => cookie.split(';', 1)[0] ?? '');
    await node.request.post('/api/auth/refresh').set({ cookie: refresh, origin }).send({}).expect(200);
    const socket = await ForumSocket.join(node.url, { cookie: forum, origin });
    socket.close();
  });

  it.each([['websocket'], ['polling']])('Socket.IO is, by %s', async (transport) => {
    const path = `${PATH}/socket.io`;
    const socket = await TestSocket.open(origin, ann.token, { path, transports: [transport as 'polling'] });
    expect(socket.io.io.engine.transport.name).toBe(transport);
    socket.close();
  });

  it('plain WebSocket is, for all conversations and for one, and STOMP', async () => {
    const conversation = await directOf(ann, ben);
    const plain = [PATH, ''].flatMap((at) => [`${at}/ws`, `${at}/ws/${conversation}`]);
    const sockets = plain.map((path) => new WebSocketClient(origin, { path, token: ann.token }));
    const first = await Promise.all(
      sockets.map((socket) => socket.until('ready comes', ({ type }) => type === 'ready')),
    );
    expect(first.map(({ type }) => type)).toEqual(Array(plain.length).fill('ready'));
    const stomp = await StompSocket.open(node.url, ann.token);
    for (const socket of [...sockets, stomp]) socket.close();
  });

  it('addresses of files lead there: in answers, in messages over REST and sockets, in links', async () => {
    const conversation = await directOf(ann, ben);
    const socket = await TestSocket.open(origin, ben.token, { path: `${PATH}/socket.io` });
    const fileId = await aFile(ann, PNG, 'one.png');
    const sent = await ann.say(conversation, '', { type: 'image', metadata: { files: [{ fileId }] } });
    const { message } = await socket.first('message:new');
    const { items } = succeeded(await ben.get(`/conversations/${conversation}/messages`));
    const link = succeeded(await ann.post(`/files/${fileId}/link`));
    const thumbnail = succeeded(await ann.post(`/files/${fileId}/link?thumbnail=320`));
    const downloadUrl = `${PATH}/api/files/${fileId}`;
    for (const { metadata } of [sent, message, items.at(-1)]) {
      expect([metadata.downloadUrl, metadata.files[0].downloadUrl]).toEqual([downloadUrl, downloadUrl]);
    }
    for (const address of [downloadUrl, link.url, thumbnail.url]) expect((await ask(address)).status).toBe(200);
    for (const { url } of [link, thumbnail]) expect((await fetch(new URL(url, origin))).status).toBe(200);
    socket.close();
  });

  it('metadata that comes back as it was told is what it was', async () => {
    const conversation = await directOf(ann, ben);
    const fileId = await aFile(ann);
    const { id, version, metadata } = await ann.say(conversation, 'A file', { type: 'file', metadata: { fileId } });
    const edited = succeeded(await ann.patch(`/messages/${id}`, { content: 'A file', metadata }));
    expect([edited.version, edited.metadata]).toEqual([version, metadata]);
  });

  it('so do pictures of people, whichever way one is named', async () => {
    const fileId = await aFile(ann, PNG, 'me.png');
    const address = `${PATH}/api/files/${fileId}/avatar`;
    for (const avatarUrl of [`${PATH}/api/files/${fileId}`, `/api/files/${fileId}`, address]) {
      expect(succeeded(await ann.patch('/users/me', { avatarUrl })).avatarUrl).toBe(address);
    }
    expect(succeeded(await ben.get(`/users/${ann.id}`)).avatarUrl).toBe(address);
    expect((await ask(address)).status).toBe(200);
  });

  it('so does the address of an upload that goes on', async () => {
    const { at } = await begin(ann, 3);
    expect(at).toMatch(/^\/chat\/api\/files\/uploads\//);
    const headers = { authorization: `Bearer ${ann.token}`, 'tus-resumable': '1.0.0' };
    const state = await fetch(new URL(at, origin), { method: 'HEAD', headers });
    expect(state.headers.get('upload-offset')).toBe('0');
  });

  it('and so do the documents, and the links in their page', async () => {
    const [page, rest, sockets] = await Promise.all([
      ask(`${PATH}/api/docs`).then((answer) => answer.text()),
      ask(`${PATH}/api/docs/openapi.json`).then((answer) => answer.json()),
      ask(`${PATH}/api/asyncapi`).then((answer) => answer.json()),
    ]);
    expect((rest as any).servers).toEqual([{ url: PATH }]);
    const pathnames = Object.values((sockets as any).servers).map((server: any) => server.pathname);
    expect(pathnames).toEqual(['/chat/socket.io/', '/chat/ws', '/chat/ws', '/chat/stomp']);
    const links = [...page.matchAll(/ href="(\/[^"]*)"/g)].map(([, address = '']) => address);
    const ours = links.filter((address) => address.startsWith(`${PATH}/api/`));
    expect([links.length, ours.length]).toEqual([4, 3]);
    for (const address of ours) expect([address, (await ask(address)).status]).toEqual([address, 200]);
  });
});
