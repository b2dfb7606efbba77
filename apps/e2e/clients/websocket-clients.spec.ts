import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bareEnvironment, Child, eventually, freshDirectory, ParleyNode, ROOT } from '@parley/testkit';
import { type EnginePage, engines } from '../journeys/engines.js';
import { Person } from '../sdk/person.js';
import { Bridge } from './bridge.js';
import { keptSession, sessionOf } from './session-file.js';

let node: ParleyNode;
let ada: Person;
let directory: string;

beforeAll(async () => {
  node = await ParleyNode.start();
  ada = await Person.named('ada', node.url);
  directory = freshDirectory('websocket-clients');
});
afterAll(async () => {
  await node.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** A bridge, and a conversation of ada's; with what stands for them in a session. */
async function scene(name: string) {
  const bridge = new Bridge(node.url.replace(/^http/, 'ws'));
  const { webPort } = await bridge.listen();
  const { id } = await ada.rest.createConversation({ type: 'group', name, memberIds: [] });
  const token = await ada.newToken();
  const names = { [token]: 'TOKEN', [id]: 'CONVERSATION', [ada.id]: 'ADA' };
  const has = (text: string) => bridge.frames.some((frame) => frame.startsWith('<') && frame.includes(text));
  return { bridge, id, token, names, has, port: webPort };
}

const heardAll = (has: (text: string) => boolean) =>
  eventually('it has its ack and its event', () => ['"ack"', 'message.created', 'message.sent', '"ready"'].every(has));

const sendOf = (conversationId: string) => ({
  id: 1,
  type: 'message.send',
  data: { conversationId, content: 'hello: é 😀' },
});

it('S0.6 wscat, from a shell: connects with a header, sends, hears', async () => {
  const { bridge, id, token, names, has, port } = await scene('wscat');
  // It ends with its input.
  const wscat = spawn(
    process.execPath,
    [
      join(ROOT, 'apps/e2e/node_modules/wscat/bin/wscat'),
      ...['--connect', `ws://127.0.0.1:${port}/ws`, '--header', `Authorization: Bearer ${token}`],
      ...['--execute', JSON.stringify(sendOf(id)), '--wait', '-1'],
    ],
    { cwd: directory, env: { ...bareEnvironment(), HOME: directory }, stdio: ['pipe', 'ignore', 'ignore'] },
  );
  const ended = once(wscat, 'exit');
  try {
    await heardAll(has);
  } finally {
    wscat.stdin.end();
    await ended;
    bridge.close();
  }
  const session = sessionOf(bridge.frames, names);
  expect(session).toBe(keptSession('wscat', session));
});

const PYTHON = '/usr/lib/python3/dist-packages/socketio';

it('python-socketio, as Debian has it: connects, sends, hears', async () => {
  if (!existsSync(PYTHON)) {
    if (process.env.CI === 'true') throw new Error('python3-socketio is not installed.');
    return console.warn('Not tried with python-socketio: it is not installed on this machine.');
  }
  const { bridge, id, token, names, port } = await scene('python-socketio');
  const python = new Child({
    command: '/usr/bin/python3',
    args: [join(ROOT, 'apps/e2e/clients/lives/python-socketio.py')],
    cwd: directory,
    logFile: join(directory, 'python.txt'),
    env: {
      ...bareEnvironment(),
      PYTHONIOENCODING: 'utf-8',
      URL: `http://127.0.0.1:${port}`,
      TOKEN: token,
      CONVERSATION: id,
    },
  });
  const { code } = await python.exited;
  bridge.close();
  expect({ code, printed: python.log() }).toEqual({ code: 0, printed: 'ack True\nheard hello: é 😀\n' });
  const session = sessionOf(bridge.frames, names);
  expect(session).toBe(keptSession('python-socketio', session));
});

interface Begin {
  url: string;
  protocols: string[];
  first: object | null;
  send: object;
}

/** In the page: the browser's own WebSocket. */
function live({ url, protocols, first, send }: Begin): void {
  const socket = new WebSocket(url, protocols);
  socket.onopen = () => first && socket.send(JSON.stringify(first));
  socket.onmessage = ({ data }) => {
    if (data.includes('"type":"ready"')) socket.send(JSON.stringify(send));
  };
}

describe.each(engines())('The WebSocket of %s', (_name, open) => {
  let page: EnginePage;
  beforeAll(async () => {
    page = await open();
  });
  afterAll(() => page?.close());

  it.each(['subprotocol', 'ticket', 'first frame'])('S0.7 §7: comes by %s, sends, hears', async (way) => {
    const { bridge, id, token, names, has, port } = await scene(way);
    const query =
      way === 'ticket' ? `?ticket=${(await ada.request<{ ticket: string }>('POST', '/auth/ticket')).ticket}` : '';
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.evaluate(live, {
      url: `ws://127.0.0.1:${port}/ws${query}`,
      protocols: way === 'subprotocol' ? ['parley.v1', `bearer.${token}`] : [],
      first: way === 'first frame' ? { type: 'auth', data: { token } } : null,
      send: sendOf(id),
    });
    await heardAll(has).finally(() => bridge.close());
    const session = sessionOf(bridge.frames, names);
    expect(session).toBe(keptSession(`browsers by ${way}`, session));
  });
});
