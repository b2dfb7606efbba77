import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from '@jest/globals';
import { eventually, freshDirectory, ParleyNode, ROOT, TestUser } from '@parley/testkit';

const FAILING_SYNC = pathToFileURL(join(ROOT, 'apps/e2e/dist/durability/preload/failing-sync.js')).href;

it('G1: while the disk of the embedded database cannot be synced nothing is acknowledged, and the node goes on when it can', async () => {
  const signs = freshDirectory('signs');
  const sign = join(signs, 'broken');
  const node = await ParleyNode.start({ nodeArguments: ['--import', FAILING_SYNC], env: { NO_SYNC_WHILE: sign } });
  try {
    const ann = await TestUser.ofHost(node.url, { externalId: 'ann', name: 'Ann' });
    const { id } = await ann.rest.createConversation({ type: 'group', name: 'G', memberIds: [] });
    const send = (clientMessageId: string) =>
      fetch(`${node.url}/api/conversations/${id}/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ann.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ clientMessageId, content: 'Are you there?' }),
      });
    const ready = async () => (await fetch(`${node.url}/health/ready`)).status;
    const [before, meanwhile] = [randomUUID(), randomUUID()];
    expect((await send(before)).status).toBe(201);
    writeFileSync(sign, '');
    await eventually('a send is refused', async () => (await send(randomUUID())).status === 503);
    expect((await send(meanwhile)).status).toBe(503);
    expect(await ready()).toBe(503);
    rmSync(sign);
    await eventually('it serves again', async () => (await ready()) === 200);
    expect((await send(meanwhile)).status).toBe(201);
    const stored = (await ann.rest.messages(id)).map(({ clientMessageId }) => clientMessageId);
    expect(stored).toEqual(expect.arrayContaining([before, meanwhile]));
    expect(new Set(stored).size).toBe(stored.length);
  } finally {
    await node.stop();
    rmSync(signs, { recursive: true });
  }
}, 120_000);
