import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileStorage } from '@parley/client/node';
import { bareEnvironment, Child, freePort, freshDirectory, ParleyNode, ROOT } from '@parley/testkit';
import { Person } from './person.js';
import { when } from './when.js';

/** Puts entries without end, prints each when it is kept, and removes every second one. */
const WRITER = `
  import { fileStorage } from '@parley/client/node';
  const storage = fileStorage(process.env.OUTBOX);
  for (let n = 0; ; n += 1) {
    const clientMessageId = String(n);
    await storage.put({ clientMessageId, conversationId: 'c', content: 'x'.repeat(n % 5_000), createdAt: '', order: n });
    console.log('put', n);
    if (n % 2 === 1) {
      await storage.remove(String(n - 1));
      console.log('removed', n - 1);
    }
  }
`;

/** An application that never gets a connection: it queues three messages, and prints when they are written down. */
const SENDER = `
  import { ParleyClient } from '@parley/client';
  import { fileStorage } from '@parley/client/node';
  const client = new ParleyClient({
    url: process.env.PARLEY_URL, getToken: async () => process.env.TOKEN, storage: fileStorage(process.env.OUTBOX),
  });
  client.start();
  for (const content of ['one', 'two', 'three']) client.send(process.env.CONVERSATION, { content });
  await client.stop();
  client.start();
  console.log('written');
  setInterval(() => {}, 1_000);
`;

describe('A client’s outbox in a file', () => {
  let directory: string;
  let outbox: string;
  const children: Child[] = [];

  beforeEach(() => {
    directory = freshDirectory('sdk-outbox');
    outbox = join(directory, 'outbox');
  });

  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.end('SIGKILL')));
    rmSync(directory, { recursive: true, force: true });
  });

  function run(code: string, env: Record<string, string>): Child {
    const child = new Child({
      command: process.execPath,
      args: ['--input-type=module', '--eval', code],
      cwd: join(ROOT, 'apps/e2e'),
      env: { ...bareEnvironment(), OUTBOX: outbox, ...env },
      logFile: join(directory, 'printed.txt'),
    });
    children.push(child);
    return child;
  }

  async function printed(child: Child, enough: (lines: string[]) => boolean): Promise<void> {
    while (!enough(child.log().split('\n'))) {
      if (child.exit !== null) throw new Error(`It ended:\n${child.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it.each([200, 1_500, 4_000])(
    'has everything that was kept when its process is killed after %i lines',
    async (count) => {
      const child = run(WRITER, {});
      await printed(child, (lines) => lines.length > count);
      await child.end('SIGKILL');
      // The last line may have been cut off with the process; whole ones end with a newline.
      const told = readFileSync(join(directory, 'printed.txt'), 'utf8').split('\n').slice(0, -1);
      const removed = new Set(told.filter((line) => line.startsWith('removed')).map((line) => line.split(' ')[1]));
      const put = told.filter((line) => line.startsWith('put')).map((line) => line.split(' ')[1] ?? '');
      const kept = new Set((await fileStorage(outbox).load()).map(({ clientMessageId }) => clientMessageId));
      // What was printed as removed is gone; what was printed as put and not being removed at that moment is there.
      const last = Number(put.at(-1));
      for (const id of put) if (!removed.has(id) && Number(id) < last - 1) expect(kept).toContain(id);
      for (const id of removed) expect(kept).not.toContain(id);
      expect(existsSync(outbox)).toBe(true);
    },
  );

  it('S3.29 is sent by the next process when the first one was killed, exactly once and in order', async () => {
    const node = await ParleyNode.start();
    try {
      const ada = await Person.named('ada', node.url);
      const { id } = await ada.rest.createConversation({ type: 'group', name: 'Alone', memberIds: [] });
      const nowhere = `http://127.0.0.1:${await freePort()}`;
      const child = run(SENDER, { PARLEY_URL: nowhere, TOKEN: ada.token, CONVERSATION: id });
      await printed(child, (lines) => lines.includes('written'));
      await child.end('SIGKILL');
      expect(await ada.rest.messages(id)).toEqual([]);

      const next = await ada.device({ storage: fileStorage(outbox) }).online();
      await next.shows(id, ['one', 'two', 'three']);
      await when(next.client.messages(id), ({ items }) => items.every(({ kind }) => kind === 'stored'));
      await next.client.stop();
      expect((await ada.rest.messages(id)).map(({ content }) => content)).toEqual(['one', 'two', 'three']);
      expect(await fileStorage(outbox).load()).toEqual([]);
    } finally {
      await node.stop();
    }
  });
});
