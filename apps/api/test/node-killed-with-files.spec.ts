import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, ParleyNode, TestUser } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import sharp from 'sharp';
import { FileCleanup } from '../src/modules/files/index.js';
import { KilledAtStep, type Step } from './killed-at-step.js';
import { hasFfmpeg, RECORDED } from './media-files.js';
import { HOST, startOn, type TestNode } from './node.js';
import { fourFields } from './odd-pictures.js';
import { Person, succeeded } from './people.js';
import { stepsHere } from './steps-here.js';
import { freshDatabase, type TestDatabase } from './test-database.js';
import { append, begin, fileIn, stateOf } from './tus.js';
import { download, someBytes, stored, upload } from './uploads.js';

const ENV = { RATE_LIMITS: 'off', PATH: process.env.PATH ?? '' };
const DRAFT = '.part';
/** Behind everything else that a busy machine has to do. */
const LOOKED_INTO_MS = 180_000;

const killed = new KilledAtStep();
let database: TestDatabase;
/** In a process of its own, and killed. */
let dying: ParleyNode;
/** The one after it. */
let node: TestNode | null = null;
let user: TestUser;

beforeEach(async () => {
  database = await freshDatabase();
  dying = await ParleyNode.start({
    dataDirectory: database.env.DATA_DIR,
    env: { ...database.env, ...ENV },
    issuer: HOST,
    nodeArguments: killed.nodeArguments,
  });
  user = await TestUser.ofHost(dying.url, { externalId: 'ann', name: 'Ann' }, HOST);
});
afterEach(async () => {
  await dying.stop();
  await (node ? node.close() : database.remove());
  node = null;
});
afterAll(() => killed.remove());

const at = (place: { url: string }): Person => new Person(place as TestNode, user.id, user.username, user.token);

/** What is asked of the node that dies of it, and then the node after it. */
async function killedWhile(step: Step, work: (ann: Person) => Promise<unknown>): Promise<[TestNode, Person]> {
  killed.at(step);
  await Promise.allSettled([work(at(dying)), dying.exited]);
  expect(dying.exit).toMatchObject({ signal: 'SIGKILL' });
  node = await startOn(database, ENV);
  await expectWhole(node);
  return [node, at(node)];
}

interface Row {
  id: string;
  state: string;
  size: number | null;
  sha256: Buffer | null;
}

/** Whatever can be handed out is there, to the last byte. */
async function expectWhole(of: TestNode): Promise<void> {
  const rows = await of.rows<Row>(sql`SELECT id, state, size::float8 AS size, sha256 FROM file_contents`);
  for (const { id, state, size, sha256 } of rows.filter((each) => ['stored', 'part'].includes(each.state))) {
    const content = readFileSync(join(of.filesDirectory, id.slice(-2), id));
    expect([state, content.length]).toEqual([state, size]);
    if (sha256) expect(createHash('sha256').update(content).digest('hex')).toBe(Buffer.from(sha256).toString('hex'));
  }
}

/** What was cut off is gone once it is old enough, and nothing else is. */
async function expectTidy(of: TestNode): Promise<void> {
  await of.rows(sql`UPDATE file_contents SET used_at = now() - interval '3 days' WHERE state <> 'stored'`);
  const before = await of.rows(sql`SELECT id FROM file_contents WHERE state = 'stored' ORDER BY id`);
  await of.node.app.get(FileCleanup).run();
  await expectWhole(of);
  expect(await of.rows(sql`SELECT id FROM file_contents ORDER BY id`)).toEqual(before);
  const { onDisk, known } = await stored(of);
  expect(onDisk).toEqual(known);
  const media = join(dirname(of.filesDirectory), 'media');
  expect(existsSync(media) ? readdirSync(media) : []).toEqual([]);
}

/** On a busy machine it takes longer than the request waits. */
async function thumbnailOf(person: Person, id: string, size: number): Promise<Buffer | null> {
  const { status, content } = await download(person, `${id}/thumbnail?size=${size}`);
  return status === 200 ? content : null;
}

describe('a node that is killed while it has a picture', () => {
  const steps: [string, Step, number][] = [
    ['before the database knows that it is', { when: 'after', call: 'rename', path: DRAFT }, 201],
    ['before it is looked at', { when: 'before', call: 'mkdir', path: '/media/' }, 200],
    ['between its thumbnails', { when: 'before', call: 'rename', path: DRAFT, nth: 3 }, 200],
    ['before the last of them is known', { when: 'after', call: 'rename', path: DRAFT, nth: 3 }, 200],
  ];
  it.each(stepsHere(steps))(
    'S1.29 F16: %s, has it whole after the repeat, with its thumbnails, and nothing else',
    async (_, step, status) => {
      const content = await (await fourFields()).png().toBuffer();
      const file = { content, name: 'a.png', fields: { clientUploadId: randomUUID() } };
      const [again, ann] = await killedWhile(step, (person) => upload(person, file));
      const repeated = await upload(ann, file);
      expect(repeated.status).toBe(status);
      const { fileId } = succeeded(repeated);
      expect((await download(ann, fileId)).content.equals(content)).toBe(true);
      for (const [size, width] of [
        [320, 320],
        [1_280, 480],
      ] as const) {
        const thumbnail = await eventually('it is made', () => thumbnailOf(ann, fileId, size), LOOKED_INTO_MS);
        expect((await sharp(thumbnail).stats()).isOpaque).toBe(true);
        expect((await sharp(thumbnail).metadata()).width).toBe(width);
      }
      await eventually('it is described', async () => (await upload(ann, file)).body.width === 480, LOOKED_INTO_MS);
      expect(await again.rows(sql`SELECT 1 FROM file_contents WHERE state = 'stored'`)).toHaveLength(3);
      await expectTidy(again);
    },
  );
});

describe('a node that is killed while it has a recording', () => {
  it('S1.29 §4: before it is known what is played of it, has it whole after the repeat, and played by all browsers', async () => {
    if (!hasFfmpeg) return;
    const content = RECORDED.Chromium?.() ?? Buffer.alloc(0);
    const file = { content, name: 'voice.webm', fields: { clientUploadId: randomUUID() } };
    const step: Step = { when: 'after', call: 'rename', path: DRAFT, nth: 2 };
    const [again, ann] = await killedWhile(step, (person) => upload(person, file));
    const { fileId } = succeeded(await upload(ann, file));
    expect((await download(ann, fileId)).content.equals(content)).toBe(true);
    const isDescribed = async () => (await upload(ann, file)).body.waveform?.length === 64;
    await eventually('it is described', isDescribed, LOOKED_INTO_MS);
    const played = await download(ann, `${fileId}?playable=true`);
    expect([played.headers.get('content-type'), played.content.length > 1_000]).toEqual(['audio/mpeg', true]);
    expect(await again.rows(sql`SELECT 1 FROM file_contents WHERE state = 'stored'`)).toHaveLength(2);
    await expectTidy(again);
  });
});

describe('a node that is killed while it has an upload in several requests', () => {
  const content = someBytes(150_000);
  const FIRST = 100_000;

  const steps: [string, Step, number][] = [
    ['before the database knows of that', { when: 'after', call: 'rename', path: DRAFT }, 0],
    ['before the database knows of the last', { when: 'after', call: 'rename', path: DRAFT, nth: 2 }, FIRST],
    ['before that is a file', { when: 'after', call: 'rename', path: DRAFT, nth: 3 }, content.length],
    ['before its parts are gone', { when: 'before', call: 'rm', path: DRAFT }, content.length],
  ];
  it.each(stepsHere(steps))(
    'S1.29: %s, has what it said to have, and the rest makes it whole',
    async (_, step, offset) => {
      let place = '';
      const [again, ann] = await killedWhile(step, async (person) => {
        place = (await begin(person, content.length)).at;
        await append(person, place, 0, content.subarray(0, FIRST));
        await append(person, place, FIRST, content.subarray(FIRST));
      });
      const state = await stateOf(ann, place);
      expect(state.offset).toBe(offset);
      const last = await append(ann, place, offset, content.subarray(offset));
      const { fileId } = fileIn(last.headers);
      if (offset === content.length) expect(state.file.fileId).toBe(fileId);
      expect((await download(ann, fileId)).content.equals(content)).toBe(true);
      await expectTidy(again);
      expect(await again.rows(sql`SELECT 1 FROM file_contents`)).toHaveLength(1);
      expect(await again.rows(sql`SELECT 1 FROM files`)).toHaveLength(1);
    },
  );
});
