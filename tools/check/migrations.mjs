// drizzle/ creates exactly what the schema and the functions say: generating now would write nothing.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { FUNCTIONS, unwrittenFunctions } from '../functions.mjs';
import { environment, node, root } from '../prepare.mjs';
import { conclude } from './sources.mjs';

const SCHEMA = './dist/database/schema/index.js';
const api = join(root, 'apps/api');
const copy = mkdtempSync(join(tmpdir(), 'parley-migrations-'));
try {
  cpSync(join(root, 'drizzle'), copy, { recursive: true });
  const before = new Set(readdirSync(copy));
  // drizzle-kit takes the folder only as a relative path.
  const folder = ['--dialect', 'postgresql', '--out', relative(api, copy)];
  const checked = drizzleKit('check', folder);
  const generated = drizzleKit('generate', [...folder, '--schema', SCHEMA, '--name', 'missing']);
  const missing = readdirSync(copy).filter((name) => !before.has(name));
  conclude(
    [
      ...checked,
      ...generated,
      ...unwrittenFunctions().map(
        ({ name }) => `${FUNCTIONS}/${name} is in no migration (npm run migration -- --custom)`,
      ),
      ...missing.map(
        (name) => `drizzle/ lacks a migration (npm run migration):\n${readFileSync(join(copy, name), 'utf8')}`,
      ),
    ],
    `${before.size - 1} migrations`,
  );
} finally {
  rmSync(copy, { recursive: true, force: true });
}

/** What it complained about: it ends with 0 also after some of its faults. */
function drizzleKit(command, args) {
  const kit = join(api, 'node_modules/drizzle-kit/bin.cjs');
  const done = spawnSync(node, [kit, command, ...args], { cwd: api, env: environment, encoding: 'utf8', input: '' });
  const output = `${done.stdout}${done.stderr}`.trim();
  const fine = done.status === 0 && /Everything's fine|No schema changes|\[✓\]/.test(output);
  return fine ? [] : [`drizzle-kit ${command}: ${output || 'said nothing'}`];
}
