import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Child, DEFAULT_ISSUER, eventually, freePort, freshDirectory, ParleyNode } from '@parley/testkit';
import { Person } from '../sdk/person.js';
import { isPythonThere, pythonProgram } from './python-program.js';

const LIVES = 'apps/e2e/python/lives';

const isThere = isPythonThere();

const notTried = () => console.warn('Not tried: Python, or a package that it needs, is not installed on this machine.');

describe('Python', () => {
  let node: ParleyNode;
  let port: number;
  let dataDirectory: string;
  let directory: string;
  const programs: Child[] = [];
  let ada: Person;
  let bob: Person;

  beforeAll(async () => {
    [port, dataDirectory] = await Promise.all([freePort(), ParleyNode.directory()]);
    directory = freshDirectory('python');
    node = await ParleyNode.start({ port, dataDirectory });
    [ada, bob] = await Promise.all([Person.named('ada', node.url), Person.named('bob', node.url)]);
  });

  afterAll(async () => {
    // Of a test that failed one may wait for ever.
    await Promise.all(programs.map((program) => program.end('SIGKILL')));
    await node.stop();
    for (const each of [directory, dataDirectory]) rmSync(each, { recursive: true, force: true });
  });

  /** Starts a program, as Ada and Bob in a group of theirs. */
  async function start(path: string, env: Record<string, string> = {}) {
    const { id } = await ada.rest.createConversation({ type: 'group', name: path, memberIds: [bob.id] });
    const people = { ADA: ada.token, BOB: bob.token, TOKEN: ada.token, CONVERSATION: id };
    const logFile = join(directory, `${path.replace(/\W+/g, '-')}.txt`);
    const program = pythonProgram([path], logFile, { PARLEY_URL: node.url, ...people, ...env });
    programs.push(program);
    return { id, program };
  }

  async function outcome(program: Child) {
    const { code } = await program.exited;
    return { code, printed: program.log().trimEnd().split('\n') };
  }

  it('keeps the rules of the client: its own tests', async () => {
    if (!isThere) return notTried();
    const program = pythonProgram(
      [
        '-m',
        'unittest',
        'discover',
        '-s',
        'packages/python-client/tests',
        '-p',
        '*.py',
        '-t',
        'packages/python-client',
      ],
      join(directory, 'unit.txt'),
    );
    const { code, printed } = await outcome(program);
    expect({ code, last: printed.at(-1), printed }).toMatchObject({ code: 0, last: 'OK' });
  });

  it('docs/examples/python-client.py: two people do all that one does', async () => {
    if (!isThere) return notTried();
    const { program } = await start('docs/examples/python-client.py');
    expect(await outcome(program)).toEqual({
      code: 0,
      printed: [
        'typing: 1',
        'heard: 1 Hello True',
        'edited: Hello, all',
        'unread: 0',
        'watched: True',
        'deleted: True',
        "history: ['first', 'second'] True",
        'refused: forbidden False',
      ],
    });
  });

  it('the client for threads: keeps the order, and its handlers may use it', async () => {
    if (!isThere) return notTried();
    const { program } = await start(`${LIVES}/threads.py`);
    expect(await outcome(program)).toEqual({
      code: 0,
      printed: [
        'answered: 2',
        'sent: True',
        'heard in order: True',
        'handlers ran in 1 thread',
        'typing: True',
        'unread: 0',
        'refused: not_found True',
        'closed',
      ],
    });
  });

  it('brings its handlers what happened while it was away, each thing once and messages in order', async () => {
    if (!isThere) return notTried();
    const { program } = await start(`${LIVES}/away.py`);
    const before = ['new 1 one', 'new 2 two', 'new 3 three'];
    const changed = ['edited 1 ONE+', 'deleted 2 +'];
    const missed = ['new 4 FOUR+', 'new 5 five+', ...changed];
    const printed = [...before, ...missed, 'new 6 six', 'new 7 seven+', 'new 8 eight+'];
    expect(await outcome(program)).toEqual({ code: 0, printed });
  });

  it('renews its token in place, replaces a refused one, and ends with a final refusal', async () => {
    if (!isThere) return notTried();
    const { program } = await start(`${LIVES}/tokens.py`, { ISSUER: JSON.stringify(DEFAULT_ISSUER) });
    expect(await outcome(program)).toEqual({
      code: 0,
      printed: [
        'refused: unauthenticated',
        'refused, sending: unauthenticated',
        'refused twice: unauthenticated',
        'refused twice, sending: unauthenticated',
        'nobody is signed in: unauthenticated',
        'nobody is signed in, sending: unauthenticated',
        "replaced: ['connect', 'refused']",
        'ended: token_expired',
        'ended, sending: token_expired',
        "renewed: ['connect', 'expiring'] 1",
      ],
    });
  });

  it('docs/examples/python-websockets.py and the client lose and double nothing over a killed node', async () => {
    if (!isThere) return notTried();
    const [many, bare] = await Promise.all([start(`${LIVES}/killed.py`), start('docs/examples/python-websockets.py')]);
    const prints = (program: Child, line: string) =>
      eventually(`it prints ${line}`, async () => program.log().split('\n').includes(line) || program.exit !== null);
    await Promise.all([prints(many.program, 'half'), prints(bare.program, '2 two')]);
    await node.kill();
    await prints(many.program, 'down');
    node = await ParleyNode.start({ port, dataDirectory });
    await bob.rest.send(bare.id, { content: 'bye' });
    expect(await outcome(bare.program)).toEqual({
      code: 0,
      printed: expect.arrayContaining(['1 one', '2 two', '3 bye']),
    });
    expect(bare.program.log().match(/^\d+ .*$/gm)).toEqual(['1 one', '2 two', '3 bye']);
    expect(await outcome(many.program)).toEqual({
      code: 0,
      printed: ['half', 'down', 'connected late', 'acknowledged in order: True', 'heard once and in order: True'],
    });
  });
});
