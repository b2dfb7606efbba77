import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { environment, node, root } from '../prepare.mjs';

/** What a check of ours says of a house that has nothing but these files: texts by path. */
export function findingsOf(check, files) {
  const house = mkdtempSync(join(tmpdir(), 'parley-check-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(house, path)), { recursive: true });
      writeFileSync(join(house, path), text);
    }
    const options = { env: environment, encoding: 'utf8' };
    const { status, stdout, stderr } = spawnSync(node, [join(root, 'tools/check', check), house], options);
    return { status, said: `${stdout}${stderr}` };
  } finally {
    rmSync(house, { recursive: true, force: true });
  }
}
