import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import supertest from 'supertest';
import { compressed } from './compressed.js';

let server: Server;

beforeAll(async () => {
  const adapter = new ExpressAdapter();
  adapter.use(compressed());
  adapter.use((_request: Request, response: Response) => response.send({ text: 'text '.repeat(1_000) }));
  adapter.initHttpServer({});
  server = adapter.getHttpServer() as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe('long answers', () => {
  it.each([
    ['/api/conversations', 'gzip'],
    ['/index.html', 'gzip'],
    ['/api/filesystem', 'gzip'],
    ['/api/auth/sessions', undefined],
    ['/api/files/018f0000-0000-7000-8000-000000000000', undefined],
  ])('of %s: %s', async (path, encoding) => {
    const { headers } = await supertest(server).get(path).set('accept-encoding', 'gzip').expect(200);
    expect(headers['content-encoding']).toBe(encoding);
  });
});
