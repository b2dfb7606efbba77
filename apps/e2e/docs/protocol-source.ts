import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@parley/testkit';

/** What packages/protocol says in types, which are gone at run time: read from its sources. */
const source = readdirSync(join(ROOT, 'packages/protocol/src'))
  .map((file) => readFileSync(join(ROOT, 'packages/protocol/src', file), 'utf8'))
  .join('\n')
  .replace(/\/\*[^]*?\*\//g, '');

/** Names of the keys of an interface, its parents' first, `?` behind those that may be missing. */
export function keysOf(name: string): string[] {
  const [, parents = '', body = ''] =
    new RegExp(`interface ${name}(?:<\\w+>)?(?: extends ([^{]+))? \\{(?:\\}|(.*?)^\\})`, 'ms').exec(source) ?? [];
  if (body === '' && parents === '') throw new Error(`packages/protocol has no interface ${name}.`);
  const inherited = parents.split(',').flatMap((parent) => (parent.trim() ? keysOf(nameOf(parent)) : []));
  return [...inherited, ...[...body.matchAll(/^ {2}(\w+\??):/gm)].map(([, key = '']) => key)];
}

/** Each command with the keys of its payload and of its answer. */
export function commands(): Map<string, { payload: string[]; result: string[] }> {
  const [, table = ''] = /interface Commands \{(.*?)^\}/ms.exec(source) ?? [];
  const rows = table.matchAll(/'?([\w:]+)'?: \{ payload: (\w+); result: (\w+) \};/g);
  return new Map([...rows].map(([, name = '', payload = '', result = '']) => [name, keysOfBoth(payload, result)]));
}

/** Each event with the keys of its payload. */
export function events(): Map<string, string[]> {
  const [, table = ''] = /interface Events \{(.*?)^\}/ms.exec(source) ?? [];
  const rows = table.matchAll(/^ {2}'?([\w:]+)'?: (?:(\w+)|\{ (\w+): [^}]+\});$/gm);
  return new Map([...rows].map(([, name = '', type, key = '']) => [name, type ? keysOf(type) : [key]]));
}

function keysOfBoth(payload: string, result: string) {
  return { payload: keysOf(payload), result: keysOf(result) };
}

/** `Page<Message>` → `Page`. */
const nameOf = (type: string): string => type.trim().replace(/<.*$/, '');
