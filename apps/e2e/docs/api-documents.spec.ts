import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bareEnvironment, Child, freshDirectory, ParleyNode, ROOT } from '@parley/testkit';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { COMMAND_NAMES, EVENT_NAMES } from '../conformance/table.js';

const TOOLS = join(ROOT, 'apps/e2e/node_modules');

let node: ParleyNode;
beforeAll(async () => {
  node = await ParleyNode.start();
});
afterAll(() => node.stop());

const textOf = async (path: string): Promise<string> => (await fetch(`${node.url}/api/${path}`)).text();

describe('The documents that a node tells of itself', () => {
  it('S0.12 S3.49: /api/docs/openapi.json is OpenAPI 3.1, by its own linter', async () => {
    const source = await textOf('docs/openapi.json');
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
    const errors = problems.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
    expect(JSON.parse(source)).toMatchObject({ openapi: '3.1.0' });
  });

  it('S0.12 S3.49: /api/asyncapi is AsyncAPI 3, by its own parser, and has every command and every event', async () => {
    const { document, diagnostics } = await new Parser().parse(await textOf('asyncapi'));
    // 0 is an error, 1 a warning; a newer version is mere information.
    expect(diagnostics.filter(({ severity }) => Number(severity) < 2)).toEqual([]);
    const titlesOf = (action: string) =>
      document
        ?.operations()
        .filter((each) => each.action() === action)
        .map((each) => each.json('title'));
    expect(titlesOf('receive')?.toSorted()).toEqual(COMMAND_NAMES.toSorted());
    expect(titlesOf('send')?.toSorted()).toEqual(EVENT_NAMES.toSorted());
    const empty = document?.messages().filter((each) => Object.keys(each.payload()?.json() ?? {}).length === 0);
    expect(empty).toEqual([]);
  });
});

/** What a stranger would write with the types that `openapi-typescript` makes of the document. */
const CLIENT = `
import createClient from 'openapi-fetch';
import type { paths } from './api.js';

declare const process: { argv: string[] };
const api = createClient<paths>({ baseUrl: process.argv[2] ?? '' });
const password = 'correct horse battery';
const { data: session, error } = await api.POST('/api/auth/register', { body: { username: 'stranger', password } });
if (!session) throw new Error(error.error.code);
api.use({
  onRequest({ request }) {
    request.headers.set('authorization', \`Bearer \${session.accessToken}\`);
    return request;
  },
});
const { data: group } = await api.POST('/api/conversations', { body: { type: 'group', name: 'A', memberIds: [] } });
const params = { path: { id: group?.id ?? '' } };
const { data: sent } = await api.POST('/api/conversations/{id}/messages', { params, body: { content: 'made by a type' } });
const { data: page } = await api.GET('/api/conversations/{id}/messages', {
  params: { ...params, query: { limit: 10 } },
});
const mine = page?.items.filter(({ id, senderId }) => id === sent?.id && senderId === session.user.id) ?? [];
const { error: refusal, response } = await api.GET('/api/messages/{id}', { params: { path: { id: session.user.id } } });
console.log(mine.map(({ content, seq }) => \`\${seq} \${content}\`).join(), response.status, refusal?.error.code);
`;

const OPTIONS = {
  strict: true,
  skipLibCheck: true,
  target: 'es2023',
  module: 'nodenext',
  lib: ['es2023', 'dom'],
  types: [],
};

/** Misuse that the types have to catch. */
const WRONG = CLIENT.replace("{ content: 'made by a type' }", "{ contents: 'made by a type' }");

describe('A client generated from it', () => {
  let directory: string;
  beforeAll(async () => {
    directory = freshDirectory('generated-client');
    symlinkSync(TOOLS, join(directory, 'node_modules'));
    writeFileSync(join(directory, 'package.json'), '{"type": "module"}');
    await run(
      'node_modules/openapi-typescript/bin/cli.js',
      `${node.url}/api/docs/openapi.json`,
      '--output',
      'api.d.ts',
    );
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('S0.12: registers, sends and reads a message, and knows its refusals by type', async () => {
    writeFileSync(join(directory, 'client.ts'), CLIENT);
    expect(await compile('client.ts')).toEqual({ code: 0, printed: '' });
    expect(await run('client.js', node.url)).toEqual({ code: 0, printed: '1 made by a type 404 not_found\n' });
  });

  it('S0.12: does not compile with a body that the server would refuse', async () => {
    writeFileSync(join(directory, 'wrong.ts'), WRONG);
    const { code, printed } = await compile('wrong.ts');
    expect({ failed: code !== 0, printed }).toEqual({ failed: true, printed: expect.stringContaining("'contents'") });
  });

  function compile(file: string) {
    writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, files: [file] }));
    return run('node_modules/typescript/bin/tsc', '--project', '.');
  }

  /** Runs a program of Node in the directory of the client. */
  async function run(...args: string[]): Promise<{ code: number | null; printed: string }> {
    const logFile = join(directory, 'printed.txt');
    const child = new Child({ command: process.execPath, args, cwd: directory, env: bareEnvironment(), logFile });
    const { code } = await child.exited;
    const printed = child.log();
    rmSync(logFile);
    return { code, printed };
  }
});
