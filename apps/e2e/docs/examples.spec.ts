import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bareEnvironment, Child, eventually, freshDirectory, ParleyNode, ROOT, TcpProxy } from '@parley/testkit';
import { Person } from '../sdk/person.js';
import { Document } from './document.js';

const MODULES = join(ROOT, 'apps/e2e/node_modules');
const TIMEOUT_MS = 120_000;
const WAITS = 'rate_limited: waits\n';

interface Example {
  file: string;
  /** Where it stands under another name. */
  source?: string;
  command: string;
  args?: string[];
  /** What the example calls by a name of its own. */
  renamed?: [string, string];
}

const node = (file: string, more: Partial<Example> = {}): Example => ({ file, command: process.execPath, ...more });

const EXAMPLES: Example[] = [
  node('socket-io.mjs'),
  node('socket-io-by-3.mjs', { source: 'socket-io.mjs', renamed: ["'socket.io-client'", "'socket.io-client-3'"] }),
  node('stomp.mjs'),
  node('websocket.mjs'),
  { file: 'bun.mjs', command: join(MODULES, '@oven/bun-linux-x64/bin/bun') },
  {
    file: 'deno.mjs',
    command: join(MODULES, '@deno/linux-x64-glibc/deno'),
    args: ['run', '--allow-net', '--allow-env', '--no-lock'],
  },
];

/** The backend of a product that Parley is embedded in: the first token that it gives has expired. */
async function tokensOf(person: Person): Promise<Server> {
  let given = 0;
  const server = createServer((_, response) => {
    given += 1;
    void person.newToken(given === 1 ? -1 : undefined).then((token) => response.end(token));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return server;
}

describe('The examples for clients of other people', () => {
  const [expected = ''] = new Document('docs/examples/README.md').blocks
    .filter(({ language }) => language === 'text')
    .map(({ text }) => text);
  let parley: ParleyNode;
  let directory: string;

  beforeAll(async () => {
    parley = await ParleyNode.start({ env: { MESSAGES_PER_MINUTE: '20' } });
    directory = freshDirectory('examples');
    symlinkSync(MODULES, join(directory, 'node_modules'));
  });
  afterAll(async () => {
    await parley.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  // Most of their time they wait for budgets.
  it.concurrent.each(EXAMPLES)(
    '$file: comes back with a new token, misses nothing, repeats nothing',
    async (example) => {
      const { file, command } = example;
      if (!existsSync(command)) return console.warn(`Not tried: ${file}. There is no package for this machine.`);
      const person = await Person.named(file.replace('.mjs', ''), parley.url);
      const bob = await Person.named(`bob at ${file}`, parley.url);
      const { id } = await person.rest.createConversation({ type: 'group', name: file, memberIds: [bob.id] });
      const proxy = await TcpProxy.start({ host: '127.0.0.1', port: Number(new URL(parley.url).port) });
      const tokens = await tokensOf(person);
      const child = start(example, {
        PARLEY_URL: `http://127.0.0.1:${proxy.port}`,
        TOKEN_URL: `http://127.0.0.1:${(tokens.address() as AddressInfo).port}`,
        CONVERSATION: id,
      });
      try {
        await eventually('the first message is sent', () => child.log().includes('sent 1') || child.exit, TIMEOUT_MS);
        await proxy.mode('refuse');
        await bob.rest.send(id, { content: 'said while you were away' });
        await proxy.mode('pass');
        await eventually('the last is, too', () => child.exit, TIMEOUT_MS);
      } finally {
        await child.end('SIGKILL');
        await proxy.close();
        tokens.close();
      }
      const code = child.exit?.code;
      expect({ code, printed: child.log().replaceAll(WAITS, '') }).toEqual({
        code: 0,
        printed: expected.replaceAll(WAITS, ''),
      });
      expect(child.log()).toContain(WAITS);
      const stored = await bob.rest.messages(id);
      expect(stored.map(({ content }) => content)).toEqual(['hello', 'said while you were away', 'thanks', 'goodbye']);
    },
    2.5 * TIMEOUT_MS,
  );

  /** In a directory of its own, beside the packages. */
  function start(
    { file, source: from = file, command, args = [], renamed }: Example,
    env: Record<string, string>,
  ): Child {
    const source = readFileSync(join(ROOT, 'docs/examples', from), 'utf8');
    writeFileSync(join(directory, file), renamed ? source.replace(...renamed) : source);
    return new Child({
      command,
      args: [...args, file],
      cwd: directory,
      logFile: join(directory, `${file}.txt`),
      env: {
        ...bareEnvironment(),
        HOME: directory,
        DENO_DIR: join(directory, 'deno'),
        DENO_NO_UPDATE_CHECK: '1',
        ...env,
      },
    });
  }
});
