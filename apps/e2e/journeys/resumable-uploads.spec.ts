import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { AttachedFile } from '@parley/protocol';
import { eventually, ParleyNode, TcpProxy, TestUser } from '@parley/testkit';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.js';

/** Far more than what lies in the buffers of a line when the page is left. */
const BYTES = 20 * 1_048_576;
const client = readFileSync(createRequire(import.meta.url).resolve('tus-js-client/dist/tus.min.js'));
/** The same in the page and here. */
const contentOf = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).map((_, i) => (i * i) % 251);

/** A page of another origin that uploads this content, and goes on where it was before the page was left. */
const PAGE = `<script src="/tus.js"></script><script>
  const contentOf = ${String(contentOf)};
  window.send = async (endpoint, token) => {
    const offsets = [];
    const file = new File([contentOf(${BYTES})], 'naïve 報告.bin', { lastModified: 1 });
    const headers = { authorization: 'Bearer ' + token };
    return new Promise((resolve, reject) => {
      const upload = new tus.Upload(file, {
        endpoint, headers, metadata: { filename: file.name },
        onAfterResponse: (request, answer) => {
          if (request.getMethod() === 'HEAD') offsets.push(Number(answer.getHeader('Upload-Offset')));
        },
        onError: (fault) => reject(fault),
        onSuccess: ({ lastResponse }) => resolve({ offsets, file: JSON.parse(lastResponse.getHeader('Upload-File')) }),
      });
      upload.findPreviousUploads().then(([before]) => {
        if (before) upload.resumeFromPreviousUpload(before);
        upload.start();
      });
    });
  };
</script>`;

let shop: Server;
let node: ParleyNode;
let proxy: TcpProxy;
let browser: Browser;
beforeAll(async () => {
  shop = createServer((request, answer) => {
    const isScript = request.url === '/tus.js';
    answer.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    answer.end(isScript ? client : PAGE);
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  const env = { FRONTEND_URL: origin() };
  [node, browser] = await Promise.all([ParleyNode.start({ env }), launchBrowser()]);
  const { hostname, port } = new URL(node.url);
  proxy = await TcpProxy.start({ host: hostname, port: Number(port) });
});
afterAll(async () => {
  await browser?.close();
  await proxy?.close();
  await node?.stop();
  shop?.close();
});

const origin = () => `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;

function hasPart(): boolean {
  const directory = join(node.dataDirectory, 'files');
  return (
    existsSync(directory) &&
    readdirSync(directory).some((folder) =>
      readdirSync(join(directory, folder)).some((name) => !name.endsWith('.part')),
    )
  );
}

it('S1.29: in Chromium a page of another origin is left in the middle of an upload, and goes on with it when it is back', async () => {
  const ann = await TestUser.ofHost(node.url, { externalId: 'ann', name: 'Ann' });
  const endpoint = `http://${proxy.host}:${proxy.port}/api/files/uploads`;
  const page = await browser.newPage();
  await page.goto(origin());
  await proxy.mode({ bytesPerSecond: BYTES / 4 });
  const send = () => page.evaluate(`window.send('${endpoint}', '${ann.token}')`);
  const left = send().catch(() => 'left');
  await eventually('a part of it is kept', hasPart);
  await page.reload();
  expect(await left).toBe('left');
  await proxy.mode('pass');
  const { offsets, file } = (await send()) as { offsets: number[]; file: AttachedFile };
  expect(offsets).toHaveLength(1);
  expect(offsets[0]).toBeGreaterThan(0);
  expect(file).toMatchObject({ fileName: 'naïve 報告.bin', fileSize: BYTES });
  const read = await fetch(node.url + file.downloadUrl, { headers: { authorization: `Bearer ${ann.token}` } });
  const hashOf = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');
  expect(hashOf(new Uint8Array(await read.arrayBuffer()))).toBe(hashOf(contentOf(BYTES)));
  await page.close();
});
