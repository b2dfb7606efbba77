// `npm run migration -- --name what_it_does`: writes the migration that the schema asks for into drizzle/, with the
// functions of the database whose files have changed. With `--custom` it is an empty one but for these.
import { spawnSync } from 'node:child_process';
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unwrittenFunctions } from './functions.mjs';
import { environment, node, root } from './prepare.mjs';

const api = join(root, 'apps/api');
const kit = join(api, 'node_modules/drizzle-kit/bin.cjs');
const generate = [kit, 'generate', '--config', 'drizzle.config.ts', ...process.argv.slice(2)];
const written = () => readdirSync(join(root, 'drizzle')).filter((name) => name.endsWith('.sql'));
const before = new Set(written());
const functions = unwrittenFunctions();
// drizzle-kit asks whether a column was renamed or replaced, so it gets the terminal.
process.exitCode = spawnSync(node, generate, { cwd: api, env: environment, stdio: 'inherit' }).status ?? 1;
const [added] = written().filter((name) => !before.has(name));
for (const { text } of added ? functions : []) {
  appendFileSync(join(root, 'drizzle', added), `\n--> statement-breakpoint\n${text}`);
}
