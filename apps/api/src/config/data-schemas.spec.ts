import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dataSchemas } from './data-schemas.js';

describe('the schemas of data', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'parley-schemas-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function read(content: string | null) {
    const file = join(directory, 'schemas.json');
    if (content !== null) writeFileSync(file, content);
    const faults: string[] = [];
    const schemas = dataSchemas({ text: () => (content === null ? null : file), fault: (each) => faults.push(each) });
    return { schemas, faults };
  }

  it('are none where no file is named', () => {
    expect(read(null)).toEqual({ schemas: new Map(), faults: [] });
  });

  it('say what does not fit, and where', () => {
    const { schemas, faults } = read(
      JSON.stringify({
        incident: {
          $schema: 'https://json-schema.org/draft/2020-12/schema',
          required: ['at'],
          properties: { at: { type: 'string', format: 'date-time' }, list: { items: { type: 'integer' } } },
        },
      }),
    );
    const check = schemas.get('incident');
    expect(faults).toEqual([]);
    expect(check?.({ at: 'no time', list: [1] })).toBeNull();
    expect(check?.({})).toEqual({ path: 'metadata', message: "must have required property 'at'" });
    expect(check?.({ at: '', list: [1, 'x'] })).toEqual({ path: 'metadata.list.1', message: 'must be integer' });
  });

  it.each([
    ['{', /JSON/],
    ['[]', /holds no object\.$/],
    ['{"incident": true}', /"incident" is no schema\.$/],
    ['{"incident": {"type": "objekt"}}', /"incident": schema is invalid: data\/type /],
    ['{"incident": {"requird": ["a"]}}', /"incident": strict mode: unknown keyword: "requird"\.$/],
    ['{"incident": {"$ref": "https://elsewhere.example/x"}}', /"incident": can't resolve reference/],
    ['{"incident": {"$async": true}}', /"incident" must not be asynchronous\.$/],
  ])('in a file of %s are refused with a sentence', (content, why) => {
    const { schemas, faults } = read(content);
    expect(schemas.size).toBe(0);
    expect(faults).toEqual([expect.stringMatching(why)]);
    expect(faults[0]).toMatch(/^DATA_SCHEMAS must be a JSON file with a JSON Schema/);
  });
});
