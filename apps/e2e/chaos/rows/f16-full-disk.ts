import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { delaysOf, eventually, hostToken, type UploadAnswer, upload } from '@parley/testkit';
import { asAdmin } from '../database-sessions.js';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const MEBIBYTE = 2 ** 20;
const SECONDS = 10;
const BEFORE_SECONDS = 10;
const RECOVERY_MS = 2_000;
const MOST_DELAY_MS = 300;

/** F16: the directory of files has no room left. It is a disk of its own meanwhile, which only root can have. */
export const fullDisk: Row = {
  id: 'F16',
  title: `the directory of files full for ${SECONDS} s, while people upload`,
  nodes: 2,
  check: { recovery: 2 },
  async run(stage) {
    const { filesDirectory } = stage.fleet;
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'parley', filesDirectory]);
    try {
      mustBe(stage, await uploads(stage), 201, 'before');
      await stage.pass(BEFORE_SECONDS);
      const filler = join(filesDirectory, 'filler');
      await stage.fault('disk full', {}, async () => {
        fill(filler);
        const until = performance.now() + SECONDS * 1_000;
        while (performance.now() < until) {
          mustBe(stage, await uploads(stage), 507, 'on a full disk');
          await stage.pass(0.2);
        }
        await mustBeWhole(stage);
        rmSync(filler);
      });
      const freed = performance.now();
      await eventually('there is room again', async () => (await uploads(stage)).every(({ status }) => status === 201));
      const took = performance.now() - freed;
      stage.figure('uploads are taken again after', `${took.toFixed(0)} ms`);
      stage.must(took <= RECOVERY_MS, `It took ${took.toFixed(0)} ms until uploads were taken again.`);
      await mustBeWhole(stage);
    } finally {
      // Whoever has a file of it open keeps it until then.
      execFileSync('umount', ['--lazy', filesDirectory]);
    }
  },
  judge(stage, report) {
    const [window] = stage.windows;
    if (!window) return;
    const before = delaysOf(report.probes, { from: window.from - BEFORE_SECONDS, to: window.from }, false);
    const during = delaysOf(report.probes, window, false);
    stage.figure('messages', `p99 ${before.p99.toFixed(0)} ms before, ${during.p99.toFixed(0)} ms on the full disk`);
    const most = Math.max(MOST_DELAY_MS, before.p99 * 2);
    stage.must(during.unheard === 0 && during.p99 <= most, `p99 was ${during.p99.toFixed(0)} ms on the full disk.`);
  },
};

/** One at each node. */
async function uploads(stage: Stage): Promise<UploadAnswer[]> {
  const token = await hostToken({ externalId: 'uploader', name: 'Uploader' }, undefined, { provision: true });
  return Promise.all(stage.fleet.nodes.map(({ url }) => upload({ url, token }, randomBytes(MEBIBYTE))));
}

function mustBe(stage: Stage, answers: readonly UploadAnswer[], wanted: number, when: string): void {
  for (const { status, file } of answers)
    stage.must(status === wanted, `An upload ${when} was answered ${status} ${file.error?.code ?? ''}.`);
}

/** Until the system has no room for a byte more. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let bytes = MEBIBYTE; bytes >= 1; ) {
      try {
        writeSync(file, Buffer.alloc(bytes));
      } catch (fault) {
        if ((fault as NodeJS.ErrnoException).code !== 'ENOSPC') throw fault;
        bytes /= 2;
      }
    }
  } finally {
    closeSync(file);
  }
}

/** Every content that the database knows of is there, and nothing else is. */
async function mustBeWhole(stage: Stage): Promise<void> {
  const { filesDirectory } = stage.fleet;
  const { rows } = await asAdmin(stage.fleet, (admin) =>
    admin.query<{ id: string; state: string }>('SELECT id, state FROM file_contents'),
  );
  const folders = readdirSync(filesDirectory, { withFileTypes: true }).filter((each) => each.isDirectory());
  const there = folders.flatMap(({ name }) => readdirSync(join(filesDirectory, name)));
  const known = rows.map(({ id, state }) => (state === 'stored' ? id : `${id} ${state}`));
  const isWhole = there.toSorted().join() === known.toSorted().join();
  stage.must(isWhole, `On the disk are ${there.join(', ')}, known are ${known.join(', ')}.`);
}
