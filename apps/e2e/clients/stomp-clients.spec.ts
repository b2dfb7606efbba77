import { existsSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bareEnvironment, Child, eventually, freshDirectory, ParleyNode, ROOT } from '@parley/testkit';
import { Person } from '../sdk/person.js';
import { Bridge } from './bridge.js';
import { keptSession, sessionOf } from './session-file.js';

interface Life {
  file: string;
  command: string;
  /** What is there where the client is installed, of those that are no package of ours. */
  needs?: string;
  env?: Record<string, string>;
  /** What its CONNECTED says. */
  version: string;
  /** Everything that it sends, in order. */
  sends: string[];
}

const PYTHON = { file: 'stomp-py.py', command: '/usr/bin/python3', needs: '/usr/lib/python3/dist-packages/stomp' };
const WHOLE = ['SUBSCRIBE', 'SUBSCRIBE', 'SUBSCRIBE', 'SUBSCRIBE', 'SEND', 'SEND', 'DISCONNECT'];

/** Clients as people have them; those of Debian are not on every machine. */
const LIVES: Record<string, Life> = {
  '@stomp/stompjs 7': {
    file: 'stompjs-7.mjs',
    command: process.execPath,
    version: '1.2',
    sends: ['CONNECT', ...WHOLE],
  },
  'webstomp-client': {
    file: 'webstomp-client.mjs',
    command: process.execPath,
    version: '1.2',
    sends: ['CONNECT', ...WHOLE],
  },
  'webstomp-client, in binary messages': {
    file: 'webstomp-client.mjs',
    command: process.execPath,
    env: { BINARY: 'yes' },
    version: '1.2',
    sends: ['CONNECT', ...WHOLE],
  },
  'stompjs 2': { file: 'stompjs-2.mjs', command: process.execPath, version: '1.1', sends: ['CONNECT', ...WHOLE] },
  stompit: { file: 'stompit.mjs', command: process.execPath, version: '1.2', sends: ['CONNECT', ...WHOLE] },
  'stomp.py 1.0': { ...PYTHON, env: { VERSION: '1.0' }, version: '1.0', sends: ['CONNECT', ...WHOLE] },
  'stomp.py 1.1': { ...PYTHON, env: { VERSION: '1.1' }, version: '1.1', sends: ['STOMP', ...WHOLE] },
  'stomp.py 1.2': { ...PYTHON, env: { VERSION: '1.2' }, version: '1.2', sends: ['STOMP', ...WHOLE] },
  'Net::Stomp': {
    file: 'net-stomp.pl',
    command: '/usr/bin/perl',
    needs: '/usr/share/perl5/Net/Stomp.pm',
    // Else its headers come in another order in each run.
    env: { PERL_HASH_SEED: '0', PERL_PERTURB_KEYS: '0' },
    version: '1.0',
    sends: ['CONNECT', ...WHOLE],
  },
  "PHP's stomp": {
    file: 'php-stomp.php',
    command: '/usr/bin/php',
    needs: '/etc/php/*/cli/conf.d/20-stomp.ini',
    version: '1.0',
    sends: ['CONNECT', ...WHOLE],
  },
};

const isInstalled = ({ command, needs }: Life): boolean =>
  existsSync(command) && (needs === undefined || globSync(needs).length > 0);

/** What every client has seen at the end. */
const SEEN = ['ack true true', 'error not_found', 'topic hello: é 😀', 'topic reply'];

describe('STOMP clients that nobody here wrote', () => {
  let node: ParleyNode;
  let ada: Person;
  let bob: Person;
  let eve: Person;
  let directory: string;

  beforeAll(async () => {
    node = await ParleyNode.start();
    [ada, bob, eve] = (await Promise.all(['ada', 'bob', 'eve'].map((name) => Person.named(name, node.url)))) as [
      Person,
      Person,
      Person,
    ];
    directory = freshDirectory('stomp-clients');
  });

  afterAll(async () => {
    await node.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it.each(Object.keys(LIVES))('%s: connects, subscribes, sends, is refused, hears others, leaves', async (name) => {
    const life = LIVES[name] as Life;
    if (!isInstalled(life)) {
      if (process.env.CI === 'true') throw new Error(`${name} is not installed.`);
      return console.warn(`Not tried with ${name}: it is not installed on this machine.`);
    }
    const bridge = new Bridge(node.url.replace(/^http/, 'ws'));
    const { webPort, tcpPort } = await bridge.listen();
    const { id } = await ada.rest.createConversation({ type: 'group', name, memberIds: [bob.id] });
    const foreign = await eve.rest.createConversation({ type: 'group', name: 'of others', memberIds: [] });
    const token = await ada.newToken();
    const child = new Child({
      command: life.command,
      args: [join(ROOT, 'apps/e2e/clients/lives', life.file)],
      cwd: directory,
      logFile: join(directory, `${name.replace(/\W+/g, '-')}.txt`),
      env: {
        ...bareEnvironment(),
        ...{ PYTHONIOENCODING: 'utf-8', TOKEN: token, CONVERSATION: id, FOREIGN: foreign.id },
        ...{ WEB: `ws://127.0.0.1:${webPort}/stomp`, TCP: String(tcpPort), ...life.env },
      },
    });
    await eventually('its message is there, or it has ended', async () => {
      const { lastSeq } = await bob.rest.conversation(id);
      return lastSeq > 0 || child.exit !== null;
    });
    await bob.rest.send(id, { content: 'reply' });
    const { code } = await child.exited;
    const hasLeft = () => code !== 0 || bridge.frames.some((frame) => frame.startsWith('> DISCONNECT'));
    await eventually('its last frame is through', hasLeft).finally(() => bridge.close());

    const printed = child.log().trim().split('\n');
    expect({ code, printed: printed.slice(0, SEEN.length) }).toEqual({ code: 0, printed: SEEN });
    const commands = (direction: string) =>
      bridge.frames.filter((frame) => frame.startsWith(direction)).map((frame) => frame.slice(2).split('\n', 1)[0]);
    expect(commands('>').filter((command) => command !== 'ACK')).toEqual(life.sends);
    expect(commands('<')).not.toContain('ERROR');
    expect(bridge.frames.find((frame) => frame.startsWith('< CONNECTED'))).toContain(`\nversion:${life.version}\n`);
    const known = { [token]: 'TOKEN', [id]: 'CONVERSATION', [foreign.id]: 'FOREIGN', [ada.id]: 'ADA', [bob.id]: 'BOB' };
    const session = sessionOf(bridge.frames, { ...known, [`127.0.0.1:${webPort}`]: 'HOST' });
    expect(session).toBe(keptSession(name, session));
  });
});
