// Runs every command: `node tools/run.mjs <command> [arguments]`, on any Node of 20 or later.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildWeb, compile, environment, install, node, root } from './prepare.mjs';

const COMMANDS = {
  build: { web: true },
  start: { script: 'apps/api/dist/bundle/main.js', web: true },
  admin: { script: 'apps/api/dist/bundle/admin.js', web: false },
  doctor: { script: 'apps/api/dist/bundle/doctor.js', web: false },
  backup: { script: 'apps/api/dist/bundle/backup.js', web: false },
  verify: { script: 'apps/api/dist/bundle/verify.js', web: false },
  restore: { script: 'apps/api/dist/bundle/restore.js', web: false },
  test: { script: 'tools/test.mjs', web: true },
  // The check compiles by itself, as one of its steps: the others are to run even if that fails.
  check: { script: 'tools/check.mjs', web: false, compiled: false },
  bench: { script: 'apps/e2e/dist/bench/main.js', web: false },
  replay: { script: 'apps/e2e/dist/replay/main.js', web: false },
  'power-loss': { script: 'apps/e2e/dist/power-loss/main.js', web: false },
  pictures: { script: 'apps/e2e/dist/pictures/main.js', web: false },
  scale: { script: 'apps/e2e/dist/scale/main.js', web: false },
  fuzz: { script: 'apps/e2e/dist/fuzz/main.js', web: false },
  chaos: { script: 'apps/e2e/dist/chaos/main.js', web: false },
  attacks: { script: 'apps/e2e/dist/attacks/main.js', web: true },
  conformance: { script: 'apps/e2e/dist/conformance/main.js', web: false },
  size: { script: 'tools/size.mjs', web: false },
  docs: { script: 'tools/docs.mjs', web: false },
  migration: { script: 'tools/migration.mjs', web: false },
};

const [name, ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (!command) {
  console.error(`Usage: node tools/run.mjs ${Object.keys(COMMANDS).join('|')}`);
  process.exit(2);
}
install();
if (command.compiled !== false) compile();
if (command.web && existsSync(join(root, 'apps/web/vite.config.ts'))) buildWeb();
if (!command.script) process.exit();

// In a server it would cost a second of each start: docs/operations.md says how to have it.
const options = command.script.startsWith('apps/api/') ? [] : ['--enable-source-maps'];
const child = spawn(node, [...options, join(root, command.script), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: environment,
  shell: process.platform === 'win32',
});
// A signal to npm reaches only this process: hand it on, so that nothing is left behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 143 : 1)));
