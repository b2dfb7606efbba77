import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@parley/testkit';

const SOURCES = join(ROOT, 'apps/api/src');

/** The routes that the controllers declare, as `GET conversations/:id`; those outside `/api` begin with a slash. */
export function routes(): string[] {
  return sourcesOf('.controller.ts').flatMap((source) => {
    const prefixes = stringsIn(/@Controller\(([^)]*)\)/.exec(source)?.[1] ?? '');
    return [...source.matchAll(/@(Get|Post|Put|Patch|Delete)\(([^)]*)\)/g)].flatMap(([, method = '', paths = '']) =>
      prefixes.flatMap((prefix) =>
        stringsIn(paths).map((path) => {
          const whole = [prefix, path].filter(Boolean).join('/');
          return `${method.toUpperCase()} ${whole.startsWith('health') ? '/' : ''}${whole}`;
        }),
      ),
    );
  });
}

/** The commands that the gateways handle. */
export function handled(): string[] {
  return sourcesOf('.gateway.ts').flatMap((source) =>
    [...source.matchAll(/@SubscribeMessage\('([^']+)'\)/g)].map(([, name = '']) => name),
  );
}

/** Names of events that something in the API emits or puts into a stream. */
export function emitted(names: Iterable<string>): string[] {
  const all = sourcesOf('.ts').join('\n');
  return [...names].filter((name) => new RegExp(`(emit\\(|name: |\\? )'${name}'|: '${name}'`).test(all));
}

/** The environment variables that the config room reads. */
export function settings(): string[] {
  const files = readdirSync(join(SOURCES, 'config')).filter((name) => !name.endsWith('.spec.ts'));
  const source = files.map((name) => readFileSync(join(SOURCES, 'config', name), 'utf8')).join('\n');
  return [...new Set([...source.matchAll(/'([A-Z][A-Z0-9_]{3,})'/g)].map(([, name = '']) => name))];
}

function sourcesOf(ending: string): string[] {
  return readdirSync(SOURCES, { recursive: true, withFileTypes: true })
    .filter(({ name }) => name.endsWith(ending) && !name.endsWith('.spec.ts'))
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
}

function stringsIn(args: string): string[] {
  const found = [...args.matchAll(/'([^']*)'/g)].map(([, path = '']) => path);
  return found.length > 0 ? found : [''];
}
