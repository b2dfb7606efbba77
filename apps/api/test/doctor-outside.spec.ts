import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDirectory, testCertificate } from '@parley/testkit';
import type { Config } from '../src/config/config.js';
import { readEnvironment } from '../src/config/environment.js';
import { certificateFindings } from '../src/doctor/certificate-checks.js';
import { type Finding, reportOf } from '../src/doctor/finding.js';
import { outsideFindings } from '../src/doctor/outside-checks.js';
import { storeFindings } from '../src/doctor/store-checks.js';
import { FaultyS3, refusal } from './faulty-s3.js';
import { type NginxOptions, startNginx } from './nginx.js';
import { startNode, type TestNode } from './node.js';
import { s3Env, startS3 } from './s3-server.js';

const METRICS_TOKEN = 'known-to-the-doctor-and-its-nodes';
const besides = (found: readonly Finding[]) =>
  found.flatMap(({ level, sentence }) => (level === 'ok' ? [] : [`${level}: ${sentence}`]));

// Where it is not installed, `npm test` says so.
const PROXIES = process.env.PARLEY_TEST_PROXIES;

describe('of what is before the nodes, the doctor', () => {
  const tls = testCertificate();
  let config: Config;
  /** Believes proxies on this machine, as the other one does not. */
  let node: TestNode;
  let other: TestNode;
  beforeAll(async () => {
    [node, other] = await Promise.all([
      startNode({ METRICS_TOKEN, TRUST_PROXY: 'loopback' }),
      startNode({ METRICS_TOKEN }),
    ]);
    config = readEnvironment({ METRICS_TOKEN });
    setDefaultCACertificates([tls.cert]);
  });
  afterAll(() => Promise.all([node?.close(), other?.close()]));

  const RIGHT = [
    'proxy_http_version 1.1',
    'proxy_request_buffering off',
    'client_max_body_size 0',
    'proxy_set_header Upgrade $http_upgrade',
    'proxy_set_header Connection $connection_upgrade',
    'proxy_set_header Host $http_host',
    'proxy_set_header X-Forwarded-For $remote_addr',
    'proxy_set_header X-Forwarded-Proto $scheme',
    'proxy_set_header X-Forwarded-Host $http_host',
    'proxy_set_header X-Forwarded-Port ""',
  ];
  const without = (...names: string[]) => RIGHT.filter((line) => !names.some((name) => line.includes(name)));

  async function found(lines: readonly string[], more: Partial<NginxOptions> = {}): Promise<string[] | null> {
    const proxy = await startNginx({ upstream: [new URL(node.url).host], lines, ...more });
    if (!proxy) return null;
    return besides(await outsideFindings(proxy.url, config).finally(() => proxy.close()));
  }

  it('finds nothing wrong with a proxy that is set up as told, nor without one', async () => {
    if (!PROXIES) return;
    // The certificate of the test is good for a day.
    expect(await found(RIGHT, { tls })).toEqual([expect.stringMatching(/^warning: Its certificate is good until/)]);
    expect(besides(await outsideFindings(node.url, config))).toEqual([]);
    expect(besides(await outsideFindings(node.url, { ...config, metricsToken: 'another-of-some-length' }))).toEqual([
      expect.stringMatching(/^error: METRICS_TOKEN is not that of the node/),
    ]);
  });

  it('names what nginx does by itself', async () => {
    if (!PROXIES) return;
    expect(await found([])).toEqual([
      expect.stringMatching(/^error: Its own page is refused \(403\)/),
      expect.stringMatching(/^error: No WebSocket passes/),
      expect.stringMatching(/^error: Files of \d+ MB do not pass \(413\)/),
      expect.stringMatching(/^error: The node takes nodes for its address/),
      expect.stringMatching(/^error: Anybody may say which address they have/),
    ]);
  });

  it('names nodes in turn, uploads that are kept, and an address that is not passed on, or is added to', async () => {
    if (!PROXIES) return;
    const upstream = [node, other].map(({ url }) => new URL(url).host);
    const said = await found(without('request_buffering'), { upstream });
    expect(said).toContainEqual(expect.stringMatching(/^error: Polling is not sticky/));
    expect(said).toContainEqual(expect.stringMatching(/^warning: The proxy keeps uploads until all of it has come/));
    expect(await found([...without('X-Forwarded'), 'proxy_set_header X-Forwarded-For ""'])).toEqual([
      expect.stringMatching(/^error: The proxy at 127\.0\.0\.1 does not say who asks/),
    ]);
    const adds = [...without('X-Forwarded-For'), 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for'];
    expect(await found(adds)).toEqual([expect.stringMatching(/^warning: The proxy adds to the X-Forwarded-For/)]);
  });

  it('names a proxy that is not believed, TLS that nobody knows of, and a certificate that is not believed', async () => {
    if (!PROXIES) return;
    expect((await found(RIGHT, { tls, upstream: [new URL(other.url).host] }))?.slice(1)).toEqual([
      expect.stringMatching(/^error: The node does not know that people come by TLS, so that cookies are not Secure/),
      'error: The proxy at 127.0.0.1 is not believed: TRUST_PROXY=127.0.0.1.',
    ]);
    expect(await found(RIGHT, { tls: testCertificate() })).toEqual([
      expect.stringMatching(/^error: Its certificate is not believed: DEPTH_ZERO_SELF_SIGNED_CERT/),
    ]);
    expect(besides(await outsideFindings('http://127.0.0.1:1', config))).toEqual([
      expect.stringMatching(/^error: http:\/\/127\.0\.0\.1:1\/ cannot be reached: /),
    ]);
  });
});

it('the doctor says of a request that is cut off that it was, and of the others what they are', async () => {
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/api/files')) request.socket.destroy();
    else response.end(request.url === '/health/ready' ? '{"status":"ok"}' : '0{"sid":"a"}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const found = await outsideFindings(`http://127.0.0.1:${port}`, readEnvironment({ METRICS_TOKEN }));
  server.close();
  expect(found).toContainEqual({ part: 'proxy', level: 'ok', sentence: 'Polling passes, and stays with its node.' });
  expect(besides(found)).toEqual([
    expect.stringMatching(/^error: No WebSocket passes/),
    expect.stringMatching(/^error: A request was cut off on its way: /),
    expect.stringMatching(/^error: METRICS_TOKEN is not that of the node/),
  ]);
});

it('the doctor writes into the bucket, reads it and removes it, and says why it cannot; then its code is 1', async () => {
  const server = await startS3();
  const config = readEnvironment({ ...s3Env(server), DATA_DIR: freshDirectory('test') });
  const good = await storeFindings(config);
  expect([besides(good), server.kept, reportOf(good).code]).toEqual([[], 0, 0]);
  const { s3 } = config.files;
  const elsewhere = { ...config, files: { ...config.files, s3: s3 && { ...s3, bucket: 'none' } } };
  const wrong = await storeFindings(elsewhere);
  expect(besides(wrong)).toEqual([expect.stringMatching(/^error: The bucket none cannot be used: /)]);
  expect(reportOf([...good, ...wrong])).toEqual({
    code: 1,
    text: expect.stringMatching(/1 ok, 0 warnings, 1 errors$/),
  });
  await server.close();
});

it('the doctor leaves nothing in a bucket that it may not read', async () => {
  const server = new FaultyS3();
  await server.start();
  Object.assign(server, { only: 'GET', answering: refusal(403, 'AccessDenied') });
  const found = await storeFindings(readEnvironment({ ...server.env, DATA_DIR: freshDirectory('test') }));
  expect(besides(found)).toEqual([expect.stringMatching(/^error: The bucket .* cannot be used: /)]);
  expect(server.keys()).toEqual([]);
  await server.close();
});

it("the doctor says until when the node's own certificate is good, and that its key is another one's", async () => {
  const [directory, own, foreign] = [freshDirectory('test'), testCertificate(), testCertificate()];
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const certFile = file('cert.pem', own.cert);
  const keyFile = file('key.pem', own.key);
  expect(besides(await certificateFindings({ certFile, keyFile }))).toEqual([
    expect.stringMatching(/^warning: The certificate of this node is good until [\d-]+\. Is it renewed/),
  ]);
  const other = file('other.pem', foreign.key);
  expect(besides(await certificateFindings({ certFile, keyFile: other }))).toEqual([expect.stringMatching(/^error: /)]);
});
