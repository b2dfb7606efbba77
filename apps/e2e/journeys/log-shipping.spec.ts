import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bareEnvironment, Child, eventually, freePort, freshDirectory, ParleyNode, ROOT } from '@parley/testkit';

/** Where it is not installed, `npm test` says so. */
const RSYSLOG = process.env.PARLEY_TEST_RSYSLOG;
const SHIPPED = readFileSync(join(ROOT, 'tools/deploy/rsyslog.conf'), 'utf8');
/** What stands in comments at the end, for the collector. */
const COLLECTOR = SHIPPED.slice(SHIPPED.indexOf('# At a collector'))
  .split('\n')
  .flatMap((line) => (line.startsWith('#   ') ? [line.slice(4)] : []))
  .join('\n');

const directory = freshDirectory('logs');
const at = (name: string) => join(directory, name);
const running = new Map<string, Child>();
let node: ParleyNode;
let port: number;

beforeAll(async () => {
  if (!RSYSLOG) return;
  mkdirSync(at('spool'), { recursive: true });
  port = await freePort();
  start(
    'collector',
    replaced(COLLECTOR, { 'port="2514"': `address="127.0.0.1" port="${port}"`, '/var/log/parley': directory }),
  );
  // As Debian's rsyslog.conf does: the socket first, then the file.
  const socket = `module(load="imuxsock" SysSock.Name="${at('socket')}")\nglobal(workDirectory="${at('spool')}")\n`;
  start(
    'shipper',
    socket + replaced(SHIPPED, { 'logs.example.org': '127.0.0.1', '"2514"': `"${port}"`, '="5"': '="1"' }),
  );
  node = await ParleyNode.start({ env: { LOG_LEVEL: 'info' } });
  await eventually('rsyslog listens', () => existsSync(at('socket')));
});
afterAll(async () => {
  await Promise.all([node?.stop(), ...[...running.values()].map((child) => child.end('SIGTERM', 5_000))]);
  rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
});

it('S4.49: the log of a node arrives where logs are kept, line by line, and what came while that was away as well', async () => {
  if (!RSYSLOG) return;
  const long = JSON.stringify({ level: 'error', stack: 'at a place, '.repeat(2_500) });
  const before = [...linesOf(node.log()), long];
  await tell(before);
  await eventually('the lines are there', () => kept().length >= before.length);
  await running.get('collector')?.end('SIGTERM', 5_000);
  // It has something to say of that, too.
  await node.terminate();
  const all = [...before, ...linesOf(node.log()).slice(before.length - 1)];
  expect(all.length).toBeGreaterThan(before.length);
  await tell(all.slice(before.length));
  start('collector');
  await eventually('the others are there', () => kept().length >= all.length);
  expect(kept()).toEqual(all);
});

/** Anew with the same configuration, unless another is given. */
function start(name: 'collector' | 'shipper', config?: string): void {
  if (config !== undefined) writeFileSync(at(`${name}.conf`), config);
  rmSync(at(`${name}.pid`), { force: true });
  const args = ['-n', '-f', at(`${name}.conf`), '-i', at(`${name}.pid`)];
  const how = { env: bareEnvironment(), logFile: at(`${name}.log`), cwd: directory };
  running.set(name, new Child({ command: RSYSLOG as string, args, ...how }));
}

/** As systemd's journal hands lines of the service to rsyslog. */
async function tell(lines: readonly string[]): Promise<void> {
  const identifier = /^SyslogIdentifier=(.*)$/m.exec(
    readFileSync(join(ROOT, 'tools/deploy/parley.service'), 'utf8'),
  )?.[1];
  writeFileSync(at('lines'), `${lines.join('\n')}\n`);
  const args = ['--socket', at('socket'), '--tag', identifier ?? '', '--size', '65536', '--file', at('lines')];
  await promisify(execFile)('logger', args);
}

const linesOf = (log: string) => log.split('\n').filter((line) => line.startsWith('{'));

function kept(): string[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.jsonl'));
  return names.toSorted().flatMap((name) => linesOf(readFileSync(at(name), 'utf8')));
}

function replaced(text: string, texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts).reduce((made, [from, to]) => {
    if (!made.includes(from)) throw new Error(`There is no ${from} in the configuration.`);
    return made.replaceAll(from, to);
  }, text);
}
