// What every command needs first: dependencies as locked, the pinned Node, compiled sources.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const windows = process.platform === 'win32';
const bin = join(root, 'node_modules', '.bin');

/** The pinned Node. */
export const node = join(bin, windows ? 'node.cmd' : 'node');
export const environment = { ...process.env, PATH: bin + delimiter + process.env.PATH };

/** Runs a command to its end; ends this process with its code where it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: environment,
    shell: windows,
    ...options,
  });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status ?? 1);
}

export function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.install-stamp');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing dependencies …');
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile'], { env: { ...process.env, CI: 'true' } });
  if (!existsSync(node)) {
    console.error('The pinned Node is missing: its install script was not allowed to run (see "allowScripts").');
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}

export function compile() {
  console.log('Compiling …');
  run(node, [join(root, 'node_modules/typescript/bin/tsc'), '-b']);
  for (const name of ['shapes', 'bundle']) run(node, [join(root, `tools/${name}.mjs`)]);
}

export function buildWeb() {
  const web = join(root, 'apps', 'web');
  run(node, [join(web, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], { cwd: web });
  // The check insists on its limit; nothing that is too large for a page is a reason not to start.
  spawnSync(node, [join(root, 'tools', 'size.mjs')], { cwd: root, stdio: 'inherit', env: environment, shell: windows });
}
