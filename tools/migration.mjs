// `npm run migration -- --name what_it_does`: writes the migration that the schema asks for into drizzle/.
// With `--custom` it is an empty one, for what the schema cannot say.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { environment, node, root } from './prepare.mjs';

const api = join(root, 'apps/api');
const kit = join(api, 'node_modules/drizzle-kit/bin.cjs');
const generate = [kit, 'generate', '--config', 'drizzle.config.ts', ...process.argv.slice(2)];
// drizzle-kit asks whether a column was renamed or replaced, so it gets the terminal.
process.exitCode = spawnSync(node, generate, { cwd: api, env: environment, stdio: 'inherit' }).status ?? 1;
