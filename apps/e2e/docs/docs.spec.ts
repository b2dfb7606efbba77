import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ERRORS, LIMITS } from '@parley/protocol';
import { hostToken, ParleyNode, RestClient, ROOT } from '@parley/testkit';
import { emitted, handled, routes, settings } from './api-source.js';
import { codeIn, Document, documents } from './document.js';
import { runExample } from './example.js';
import { commands, events, keysOf } from './protocol-source.js';

const protocol = new Document('docs/protocol.md');

/** `{a, b?, c: [d]}` → a, b?, c */
const keysIn = (shape: string): string[] =>
  [...shape.replace(/\[\{.*?\}\]/g, '[]').matchAll(/(\w+\??)(?=[,}:\s]|$)/g)].map(([, key = '']) => key);

describe('docs/protocol.md', () => {
  it('tells the error table as it is', () => {
    const told = protocol.table('Errors').map(([code = '', status, close, retryable, when]) => {
      expect(when).toBeTruthy();
      return [codeIn(code)[0], { status, close, retryable }];
    });
    const actual = Object.entries(ERRORS).map(([code, row]) => [
      code,
      { status: String(row.status), close: String(row.close ?? '–'), retryable: row.retryable ? 'yes' : 'no' },
    ]);
    expect(told).toEqual(actual);
  });

  it('tells every command with its payload and ack, and the gateways handle no other', () => {
    const told = protocol
      .table('Commands')
      .map(([name = '', payload = '', ack = '']) => [
        codeIn(name)[0],
        { payload: keysIn(payload).sort(), result: keysIn(ack).sort() },
      ]);
    const actual = [...commands()].map(([name, { payload, result }]) => [
      name,
      { payload: payload.sort(), result: result.sort() },
    ]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(actual));
    expect(handled().sort()).toEqual([...commands().keys()].sort());
  });

  it('tells every event with its payload, and which are not emitted yet', () => {
    const rows = protocol.table('Events');
    const told = rows.map(([name = '', payload = '']) => [codeIn(name)[0], keysIn(payload).sort()]);
    const actual = [...events()].map(([name, keys]) => [name, keys.sort()]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(actual));
    const planned = rows.filter(([, , who]) => who?.startsWith('planned')).map(([name = '']) => codeIn(name)[0] ?? '');
    const sent = emitted(events().keys());
    expect([...sent, ...planned].sort()).toEqual([...events().keys()].sort());
  });

  it('tells every route, and no other', () => {
    const told = protocol
      .table('Routes')
      .flatMap(([route = '']) => codeIn(route))
      .flatMap((route) =>
        route.includes(' conversations') ? [route, route.replace(' conversations', ' rooms')] : [route],
      );
    expect(told.sort()).toEqual(routes().sort());
  });

  it('tells the shapes as they are', () => {
    const shapes =
      protocol.blocks
        .find(({ language }) => language === 'ts')
        ?.text.trim()
        .split('\n') ?? [];
    expect(shapes.length).toBeGreaterThan(10);
    const known = new Map<string, string[]>();
    for (const shape of shapes) {
      const [, name = '', body = ''] = /^(\w+) \{ (.*) \}$/.exec(shape) ?? [];
      const keys = body.split(', ').flatMap((key) => (key.startsWith('…') ? (known.get(key.slice(1)) ?? []) : [key]));
      known.set(name, keys);
      expect({ name, keys: keys.toSorted() }).toEqual({ name, keys: keysOf(name).sort() });
    }
  });

  it('tells the limits as they are', () => {
    const told = protocol
      .table('Limits')
      .map(([name = '', value = '']) => [codeIn(name)[0], Number(value.replaceAll(',', ''))]);
    expect(Object.fromEntries(told)).toEqual(LIMITS);
  });

  describe('its examples', () => {
    let node: ParleyNode;
    beforeAll(async () => {
      node = await ParleyNode.start();
    });
    afterAll(() => node.stop());

    it.each(protocol.examples.map((example, i) => ({ ...example, i: i + 1 })))(
      'number $i prints what it says',
      async ({ code: source, prints }) => {
        expect(prints).not.toBe('');
        const { code, printed } = await runExample(source, node.url);
        expect({ code, printed }).toEqual({ code: 0, printed: prints });
      },
    );

    it('say of each text what is stored of it', async () => {
      const author = new RestClient(node.url, await hostToken({ externalId: 'author' }));
      const { id } = await author.createConversation({ type: 'group', name: 'Texts', memberIds: [] });
      const told = protocol.table('What is stored of a text').map((row) => row.map((cell) => codeIn(cell)[0] ?? ''));
      expect(told.length).toBeGreaterThan(4);
      for (const [written = '', stored] of told) {
        expect({ written, stored: (await author.send(id, { content: written })).content }).toEqual({ written, stored });
      }
    });
  });
});

describe('The documents', () => {
  it.each(documents().map((document) => [document.path, document] as const))(
    '%s leads nowhere that is not there',
    (_path, document) => {
      const broken = [
        ...document.links.map((link) => join(dirname(document.path), link)),
        ...document.namedPaths,
      ].filter((path) => !existsSync(join(ROOT, path)));
      expect(broken).toEqual([]);
    },
  );

  it('tell of every setting', () => {
    const operations = new Document('docs/operations.md');
    const told = operations.table('Configuration').flatMap(([name = '']) => codeIn(name));
    expect(told).toEqual(expect.arrayContaining(settings()));
  });

  it('tell the reason for every dependency, and for no other', () => {
    const dependencies = new Document('docs/dependencies.md');
    const rows = dependencies.lines
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|').slice(1, -1));
    for (const [name = '', ...reasons] of rows) {
      expect({ name, reasons: reasons.map((reason) => reason.trim().length > 10) }).toEqual({
        name,
        reasons: [true, true],
      });
    }
    expect(rows.flatMap(([name = '']) => codeIn(name)).sort()).toEqual(dependenciesOfAll());
  });
});

/** The names of all dependencies of all packages but our own, each once. */
function dependenciesOfAll(): string[] {
  const manifests = ['apps', 'packages'].flatMap((place) =>
    readdirSync(join(ROOT, place)).map((name) => join(place, name, 'package.json')),
  );
  const names = ['package.json', ...manifests].flatMap((path) => {
    const manifest = JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Record<string, object | undefined>;
    return [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies].flatMap((each) =>
      Object.keys(each ?? {}),
    );
  });
  return [...new Set(names.filter((name) => !name.startsWith('@parley/')))].sort();
}
