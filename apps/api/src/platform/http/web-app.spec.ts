import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import supertest from 'supertest';
import { setBasePath } from '../../kernel/base-path.js';
import { ParleyError } from '../../kernel/errors.js';
import { webApp } from './web-app.js';

/** As the build leaves it. */
const PAGE =
  '<!doctype html><meta name="base-path" content="" /><link href="./icon.svg"><script src="./assets/app-1a2b.js">the page';

let directory: string;
let server: Server;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-web-'));
  await mkdir(join(directory, 'dist/assets'), { recursive: true });
  await writeFile(join(directory, 'secret.txt'), 'secret');
  await writeFile(join(directory, 'dist/index.html'), PAGE);
  await writeFile(join(directory, 'dist/icon.svg'), '<svg/>');
  await writeFile(join(directory, 'dist/.hidden.txt'), 'secret');
  await writeFile(join(directory, 'dist/assets/app-1a2b.js'), 'code');
  const adapter = new ExpressAdapter();
  adapter.use(webApp(join(directory, 'dist')));
  adapter.use((fault: unknown, _request: Request, response: Response, _next: NextFunction) =>
    response.status(fault instanceof ParleyError ? fault.status : 500).send('refused'),
  );
  adapter.initHttpServer({});
  server = adapter.getHttpServer() as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

afterEach(() => setBasePath(''));

const get = (path: string) => supertest(server).get(path);

describe('the web app as it was built', () => {
  it('is cached for ever where the name contains the hash, and revalidated elsewhere', async () => {
    const asset = await get('/assets/app-1a2b.js').expect(200);
    expect(asset.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': expect.stringContaining('text/javascript'),
    });
    for (const path of ['/', '/c/1', '/icon.svg', '/index.html']) {
      const { headers } = await get(path).expect(200);
      expect(headers['cache-control']).toBe('no-cache');
    }
    expect((await get('/c/1')).text).toContain('the page');
  });

  it('is not sent again to who has it', async () => {
    const first = await get('/icon.svg');
    await get('/icon.svg').set('if-modified-since', String(first.headers['last-modified'])).expect(304);
    const page = await get('/c/1');
    await get('/').set('if-none-match', String(page.headers.etag)).expect(304);
  });

  it('names its files from the root, and from the base path where there is one, which scripts read in the page', async () => {
    expect((await get('/c/1/m/2')).text).toContain(
      'content="" /><link href="/icon.svg"><script src="/assets/app-1a2b.js">',
    );
    setBasePath('/tools/chat');
    expect((await get('/c/1/m/2')).text).toContain(
      'content="/tools/chat" /><link href="/tools/chat/icon.svg"><script src="/tools/chat/assets/app-1a2b.js">',
    );
  });

  it.each([
    '/assets/none.js',
    '/secret.txt',
    '/..%2fsecret.txt',
    '/assets%2f..%2f..%2fsecret.txt',
    '/.hidden.txt',
    '/%00.txt',
  ])('attack 70: has no file at %s', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.text).toBe('refused');
  });
});
