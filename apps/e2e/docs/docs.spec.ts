import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hostToken, ParleyNode, RestClient, ROOT } from '@parley/testkit';
import { codeIn, Document, documents } from './document.js';
import { runExample } from './example.js';
import { settings } from './settings.js';

const protocol = new Document('docs/protocol.md');

describe('docs/protocol.md', () => {
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

  it('hold no marks of a merge that was not finished', () => {
    const marked = documents().filter(({ text }) => /^(<{7}|={7}|>{7})( |$)/m.test(text));
    expect(marked.map(({ path }) => path)).toEqual([]);
  });

  it('tell of every setting', () => {
    const operations = new Document('docs/operations.md');
    const told = operations.table('Configuration').flatMap(([name = '']) => codeIn(name));
    expect(told).toEqual(expect.arrayContaining(settings()));
  });

  it('list every decision, in order', () => {
    const pages = readdirSync(join(ROOT, 'docs/decisions')).filter((name) => name !== 'README.md');
    expect(new Document('docs/decisions/README.md').links).toEqual(pages.sort());
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
  // What is written in Python has none.
  const names = ['package.json', ...manifests.filter((path) => existsSync(join(ROOT, path)))].flatMap((path) => {
    const manifest = JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Record<string, object | undefined>;
    return [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies].flatMap((each) =>
      Object.keys(each ?? {}),
    );
  });
  return [...new Set(names.filter((name) => !name.startsWith('@parley/')))].sort();
}
