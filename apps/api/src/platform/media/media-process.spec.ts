import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import type { MediaJob } from './media-job.js';
import { MEDIA_PROCESS, MediaProcess } from './media-process.js';

const MEBIBYTE = 1_048_576;
const LIMITS = { timeMs: 20_000, memoryBytes: 300 * MEBIBYTE, inputBytes: 1 };
const job: MediaJob = { kind: 'picture', mediaType: 'image/png', input: 'in', folder: 'f', programs: null };

/** Does with each job what the type of its content says. */
const PROGRAM = `
  const bytes = [];
  const acts = {
    answer: () => ({ result: { details: { width: process.pid }, renditions: [] } }),
    refuse: () => ({ fault: 'It cannot be read.' }),
    die: () => process.kill(process.pid, 'SIGKILL'),
    hang: () => { for (;;); },
    wait: () => void setTimeout(() => process.send(acts.answer()), 1000),
    grow: () => void setInterval(() => bytes.push(Buffer.alloc(16 * ${MEBIBYTE}, 1)), 5),
    tell: () => ({ result: { details: { placeholder: JSON.stringify(process.env) }, renditions: [] } }),
  };
  process.on('message', ({ mediaType }) => {
    const answer = acts[mediaType]();
    if (answer?.result ?? answer?.fault) process.send(answer);
  });
  process.on('disconnect', () => process.exit());
  process.send('ready');
`;

const { program } = MEDIA_PROCESS;
const folder = mkdtempSync(join(tmpdir(), 'media-process-'));
let media: MediaProcess;
beforeAll(() => {
  MEDIA_PROCESS.program = join(folder, 'main.mjs');
  writeFileSync(MEDIA_PROCESS.program, PROGRAM);
});
beforeEach(() => {
  media = new MediaProcess();
});
afterEach(() => media.close());
afterAll(() => {
  MEDIA_PROCESS.program = program;
  rmSync(folder, { recursive: true });
});

const run = (act: string, limits: Partial<typeof LIMITS> = {}) =>
  media.run({ ...job, mediaType: act }, { ...LIMITS, ...limits });
const pidOf = async () => (await run('answer')).details.width;

it('takes one job after the other in one process', async () => {
  expect(await pidOf()).toBe(await pidOf());
});

it.each([
  ['refuses', 'unreadable', 'refuse', {}],
  ['dies', 'died', 'die', {}],
  ['never ends', 'time', 'hang', { timeMs: 200 }],
  ['takes more and more memory', 'memory', 'grow', {}],
])('fails a job whose process %s, and takes the next', async (_, reason, act, limits) => {
  const before = await pidOf();
  await expect(run(act, limits)).rejects.toMatchObject({ reason });
  expect((await pidOf()) === before).toBe(act === 'refuse');
});

it('lets a job be as slow as the machine is, by its processor time', async () => {
  const timeMs = process.platform === 'linux' ? 500 : 20_000;
  expect((await run('wait', { timeMs })).details.width).toBeGreaterThan(0);
});

it('blames no job where its process cannot be started', async () => {
  const { program: own } = MEDIA_PROCESS;
  MEDIA_PROCESS.program = join(folder, 'none.mjs');
  try {
    await expect(run('answer')).rejects.toThrow('could not be started');
  } finally {
    MEDIA_PROCESS.program = own;
  }
});

it('kills a process that never says that it is ready, and starts another one, later after each that fails', async () => {
  const before = { ...MEDIA_PROCESS };
  const pids = join(folder, 'pids');
  const silent = join(folder, 'silent.mjs');
  writeFileSync(
    silent,
    `import { appendFileSync } from 'node:fs';
     appendFileSync(${JSON.stringify(pids)}, process.pid + ' ');
     setInterval(() => undefined, 1_000);`,
  );
  const started = () => (existsSync(pids) ? readFileSync(pids, 'utf8').trim().split(' ') : []);
  const isAlive = (pid: string) => {
    try {
      return process.kill(Number(pid), 0);
    } catch {
      return false;
    }
  };
  Object.assign(MEDIA_PROCESS, { program: silent, startMs: 3_000, waitMs: 600_000, mostWaitMs: 600_000 });
  try {
    await expect(run('answer')).rejects.toThrow('did not start within');
    await expect(run('answer')).rejects.toThrow('did not start within');
    await expect(run('answer')).rejects.toThrow('started again later');
    await eventually('none of them is left', () => !started().some(isAlive));
    media = new MediaProcess();
    MEDIA_PROCESS.waitMs = 1;
    for (let i = 0; i < 2; i += 1) await expect(run('answer')).rejects.toThrow('did not start within');
    Object.assign(MEDIA_PROCESS, { program: before.program, startMs: before.startMs });
    await eventually('it is started anew', () => run('answer').catch(() => false));
  } finally {
    Object.assign(MEDIA_PROCESS, before);
  }
});

it('knows nothing of the environment of its node', async () => {
  process.env.JWT_SECRET = 'of this test';
  const { details } = await run('tell');
  expect(details.placeholder).toMatch(/MALLOC_ARENA_MAX/);
  expect(details.placeholder).not.toMatch(/JWT_SECRET|HOME/);
});
