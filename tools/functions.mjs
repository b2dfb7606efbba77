// Functions of the database are files; a migration holds a copy of each, and the newest copy has to be what the file says.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

export const FUNCTIONS = 'apps/api/src/database/functions';

const sqlIn = (folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(root, folder, name), 'utf8').trim() }));

/** Those that no migration has written as they are now. */
export function unwrittenFunctions() {
  const migrations = sqlIn('drizzle');
  return sqlIn(FUNCTIONS).filter(({ text }) => {
    const [head] = /^CREATE OR REPLACE FUNCTION \w+\(/m.exec(text) ?? [''];
    const creates = (migration) =>
      migration.text.replaceAll('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION').includes(head);
    return !migrations.findLast(creates)?.text.includes(text);
  });
}
