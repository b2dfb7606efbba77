import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@parley/testkit';

const CONFIG = join(ROOT, 'apps/api/src/config');

/** The environment variables that the config room reads. */
export function settings(): string[] {
  const files = readdirSync(CONFIG).filter((name) => !name.endsWith('.spec.ts'));
  const source = files.map((name) => readFileSync(join(CONFIG, name), 'utf8')).join('\n');
  return [...new Set([...source.matchAll(/'([A-Z][A-Z0-9_]{3,})'/g)].map(([, name = '']) => name))];
}
