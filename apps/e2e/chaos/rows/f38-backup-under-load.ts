import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { deploymentCommand, freshDirectory } from '@parley/testkit';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const BEFORE_SECONDS = 10;
const COPY = 'restored';

/** F38: a backup for which there is no room, then one for which there is, while people send. Only root can have such a disk. */
export const backupUnderLoad: Row = {
  id: 'F38',
  title: 'backups while people send: one on a full disk, and one that is restored and has everything',
  nodes: 2,
  workload: { rate: 200 },
  check: { recovery: 5 },
  async run(stage) {
    const directory = freshDirectory('backups');
    const disk = join(directory, 'small');
    mkdirSync(disk);
    symlinkSync(stage.fleet.filesDirectory, join(directory, 'files'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'parley', disk]);
    try {
      await stage.pass(BEFORE_SECONDS);
      await stage.fault('no room for a backup', {}, () => refused(stage, directory, disk));
      await stage.fault('a backup', {}, () => restored(stage, directory));
    } finally {
      execFileSync('umount', ['--lazy', disk]);
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

async function refused(stage: Stage, directory: string, disk: string): Promise<void> {
  const { code, text } = await deploymentCommand(
    'backup',
    settingsOf(stage, directory, 'parley'),
    join(disk, 'backup.tar'),
  );
  stage.must(
    code === 1 && text.includes('There is no room for'),
    `On a full disk a backup ended with ${code}: ${text}`,
  );
  stage.must(readdirSync(disk).length === 0, `On a full disk a backup left ${readdirSync(disk).join(', ')}.`);
}

/** What was acknowledged before the command is in what it has made, and all of that holds. */
async function restored(stage: Stage, directory: string): Promise<void> {
  const path = join(directory, 'backup.tar');
  const before = await messagesIn(stage, 'parley');
  const run = (name: Command, database: string, ...args: string[]) =>
    succeeds(stage, name, settingsOf(stage, directory, database), args);
  await run('backup', 'parley', path);
  stage.must(existsSync(path), 'There is no backup.');
  const after = await messagesIn(stage, 'parley');
  await stage.fleet.postgres.createDatabase(COPY);
  await run('restore', COPY, path);
  await run('verify', COPY);
  const copied = await messagesIn(stage, COPY);
  const [lost, strange] = [countBeyond(before, copied), countBeyond(copied, after)];
  stage.figure('messages before, in and after the backup', `${before.size}, ${copied.size}, ${after.size}`);
  stage.must(lost === 0, `${lost} messages that were acknowledged before the backup are not in it.`);
  stage.must(strange === 0, `${strange} messages of the backup were never sent.`);
  stage.must(after.size > before.size, 'Nobody sent while the backup was made.');
}

const countBeyond = (all: ReadonlySet<string>, known: ReadonlySet<string>): number =>
  [...all].filter((each) => !known.has(each)).length;

type Command = 'backup' | 'restore' | 'verify';

async function succeeds(stage: Stage, name: Command, env: Record<string, string>, args: string[]): Promise<void> {
  const began = performance.now();
  const { code, text } = await deploymentCommand(name, env, ...args);
  stage.must(code === 0, `npm run ${name} ended with ${code}: ${text}`);
  stage.figure(`npm run ${name}`, `${((performance.now() - began) / 1_000).toFixed(1)} s`);
}

/** Of a deployment whose files are those of the fleet. */
const settingsOf = ({ fleet }: Stage, directory: string, database: string) => ({
  DATABASE_URL: fleet.postgres.url(database),
  DATA_DIR: directory,
});

/** Each by its id, place and version, so that another one in its place is seen. */
async function messagesIn(stage: Stage, database: string): Promise<Set<string>> {
  const ask = "SELECT conversation_id || ' ' || seq || ' ' || id AS message FROM messages";
  const session = await stage.fleet.postgres.connect(database);
  try {
    const { rows } = await session.query<{ message: string }>(ask);
    return new Set(rows.map(({ message }) => message));
  } finally {
    await session.end();
  }
}
