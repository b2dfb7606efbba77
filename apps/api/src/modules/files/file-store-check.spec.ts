import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { readEnvironment } from '../../config/environment.js';
import { ParleyError } from '../../kernel/errors.js';
import { FileStore } from '../../platform/storage/file-store.js';
import type { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { FileStoreCheck } from './file-store-check.js';

const S3 = { S3_BUCKET: 'files', S3_ACCESS_KEY: 'key', S3_SECRET_KEY: 'secret' };

/** A store that makes something of what it is given. */
class OddStore extends FileStore {
  readonly kept = new Map<string, Buffer>();
  removed = 0;

  constructor(private readonly keep: (content: Buffer) => Buffer) {
    super();
  }

  async write(key: string, content: AsyncIterable<Buffer>): Promise<void> {
    this.kept.set(key, this.keep(await buffer(content)));
  }

  read(key: string): Promise<Readable> {
    return Promise.resolve(Readable.from([this.kept.get(key)]));
  }

  remove(key: string): Promise<void> {
    this.kept.delete(key);
    this.removed += 1;
    return Promise.resolve();
  }
}

/** What a node with this store reports when it starts. */
function started(store: FileStore, env: Record<string, string> = S3): unknown[] {
  const reports: unknown[] = [];
  const reporter = { fileStoreUnfit: (fault: unknown) => void reports.push(fault) } as unknown as EventReporter;
  new FileStoreCheck(store, reporter, readEnvironment(env)).onApplicationBootstrap();
  return reports;
}

it('a store that gives back what it is given is not mentioned, and keeps nothing of it', async () => {
  const store = new OddStore((content) => content);
  const reports = started(store);
  await eventually('it was asked', () => store.removed === 1);
  expect(store.kept.size).toBe(0);
  expect(reports).toEqual([]);
});

it.each<[string, (content: Buffer) => Buffer]>([
  ['keeps the framing with the content', (content) => Buffer.concat([Buffer.from('400\r\n'), content])],
  ['loses the end', (content) => content.subarray(0, -1)],
  [
    'refuses',
    () => {
      throw new ParleyError('service_unavailable');
    },
  ],
])('a store that %s is reported', async (_, keep) => {
  const store = new OddStore(keep);
  const reports = started(store);
  await eventually('it is reported', () => reports.length > 0);
  expect(reports).toEqual([expect.any(Error)]);
  expect([store.kept.size, store.removed]).toEqual([0, 1]);
});

it('a store that cannot be read is reported, and keeps nothing of it', async () => {
  const store = new OddStore((content) => content);
  store.read = () => Promise.reject(new ParleyError('service_unavailable'));
  const reports = started(store);
  await eventually('it is reported', () => reports.length > 0);
  expect([store.kept.size, store.removed]).toEqual([0, 1]);
});

it('the local disk is not asked', () => {
  const store = new OddStore((content) => content);
  expect(started(store, {})).toEqual([]);
  expect([store.kept.size, store.removed]).toEqual([0, 0]);
});
