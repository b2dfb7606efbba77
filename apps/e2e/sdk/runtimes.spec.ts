import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fileStorage } from '@parley/client/node';
import { bareEnvironment, Child, freshDirectory, ParleyNode, ROOT } from '@parley/testkit';
import { Person } from './person.js';

const E2E = join(ROOT, 'apps/e2e');

/** What runs the SDK beside browsers and the Node of this repository; from packages for Linux on x64 with glibc alone. */
const RUNTIMES: [string, string, string[]][] = [
  ['Node 20', 'node-20/bin/node', []],
  ['Bun', '@oven/bun-linux-x64/bin/bun', []],
  ['Deno', '@deno/linux-x64-glibc/deno', ['run', '--allow-all', '--no-lock']],
].map(([name, file, args]) => [name as string, join(E2E, 'node_modules', file as string), args as string[]]);

describe('The SDK', () => {
  let node: ParleyNode;
  let ada: Person;
  let directory: string;

  beforeAll(async () => {
    node = await ParleyNode.start();
    ada = await Person.named('ada', node.url);
    directory = freshDirectory('sdk-runtimes');
  });

  afterAll(async () => {
    await node.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it.each(RUNTIMES)(
    'works on %s: connects, sends what was written offline and online, keeps it in a file, ends',
    async (name, command, args) => {
      if (!existsSync(command))
        return console.warn(`Not tried on ${name}: there is no package of it for this machine.`);
      const { id } = await ada.rest.createConversation({ type: 'group', name, memberIds: [] });
      const outbox = join(directory, name);
      const child = new Child({
        command,
        args: [...args, 'sdk/small-application.mjs'],
        cwd: E2E,
        logFile: join(directory, `${name}.txt`),
        env: {
          ...bareEnvironment(),
          ...{ PARLEY_URL: node.url, TOKEN: ada.token, CONVERSATION: id, OUTBOX: outbox },
          ...{ HOME: directory, DENO_DIR: join(directory, 'deno'), DENO_NO_UPDATE_CHECK: '1' },
        },
      });
      const { code } = await child.exited;
      expect({ code, printed: child.log() }).toEqual({ code: 0, printed: '["written offline","written online"]\n' });
      // Both were written down before they were sent, and taken out when they were there.
      const written = readFileSync(outbox, 'utf8');
      for (const content of ['written offline', 'written online']) expect(written).toContain(`"content":"${content}"`);
      expect(await fileStorage(outbox).load()).toEqual([]);
    },
  );
});
