import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { FilesMetadata } from '@parley/protocol';
import { eventually, ParleyNode, TcpProxy } from '@parley/testkit';
import type { Browser } from 'playwright-core';
import { type Bystander, launchBrowser, Participant, registerBystander } from './browser.js';

/** More than what goes in one request. */
const LARGE_BYTES = 12_000_000;

/** Of a busy machine. */
const MOST_MS = 60_000;

let node: ParleyNode;
let line: TcpProxy;
let browser: Browser;
let ama: Participant;
let tomas: Bystander;

beforeAll(async () => {
  [node, browser] = await Promise.all([ParleyNode.start({ env: { RATE_LIMITS: 'off' } }), launchBrowser()]);
  line = await TcpProxy.start({ host: '127.0.0.1', port: Number(new URL(node.url).port) });
  ama = await Participant.join(browser, `http://127.0.0.1:${line.port}`, 'Ama Okafor');
  tomas = await registerBystander(node.url, 'Tomas Reyes');
  await ama.openDirect(tomas);
});
afterEach(() => line.mode('pass'));
afterAll(async () => {
  await browser?.close();
  await line?.close();
  await node?.stop();
});

async function chooseLarge(): Promise<Buffer> {
  const buffer = randomBytes(LARGE_BYTES);
  const attach = ama.page.getByRole('button', { name: 'Attach files', exact: true });
  const [dialog] = await Promise.all([ama.page.waitForEvent('filechooser'), attach.click()]);
  await dialog.setFiles([{ name: 'recording.bin', mimeType: 'application/octet-stream', buffer }]);
  await ama.page.getByTestId('chosen-file').waitFor();
  return buffer;
}

/** The file of this message, once the other one has it. */
async function arrived(text: string): Promise<Buffer> {
  const fileId = await eventually(
    `the message "${text}"`,
    async () => {
      const all = await tomas.rest.messages(ama.conversationId);
      const metadata = all.find(({ content }) => content === text)?.metadata as Partial<FilesMetadata> | undefined;
      return metadata?.fileId;
    },
    MOST_MS,
  );
  const headers = { authorization: `Bearer ${tomas.rest.token}` };
  return Buffer.from(await (await fetch(`${node.url}/api/files/${fileId}`, { headers })).arrayBuffer());
}

describe('S1.29: a large file', () => {
  it(
    'is sent from a browser, and goes on where its line was cut',
    async () => {
      const content = await chooseLarge();
      const parts: string[] = [];
      ama.page.on('request', (request) => {
        if (request.method() === 'PATCH') parts.push(new URL(request.url()).pathname);
      });
      await line.mode({ cutAfter: LARGE_BYTES / 2 });
      await ama.say('over a bad line');
      expect((await arrived('over a bad line')).equals(content)).toBe(true);
      expect(parts.length).toBeGreaterThan(1);
      expect(new Set(parts).size).toBe(1);
      expect(ama.faults).toEqual([]);
    },
    2 * MOST_MS,
  );
});
