import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bareEnvironment, Child, freePort, freshDirectory, ParleyNode, ROOT } from '@parley/testkit';
import { Document } from '../docs/document.js';
import { runExample } from '../docs/example.js';

const START = 'starts with nothing but `npm start`, serves its page, and leaves nothing behind at SIGTERM';
const EMBED = 'talks as its example says, to a node started with the settings that it names';

/** Every command of the README and what runs it: a test of this file, or a file in which it stands. */
const RUN_BY: Record<string, string> = {
  'npm start': START,
  'npm test': '.ci/run',
  'AUTH_ISSUER=https://shop.example AUTH_AUDIENCE=parley AUTH_SECRET=at-least-16-random-characters npm start': EMBED,
};

const readme = new Document('README.md');
const commands = readme.blocks
  .filter(({ language }) => ['sh', 'bash', 'shell', 'console', ''].includes(language))
  .flatMap(({ text }) => text.split('\n'))
  .map((line) => line.replace(/#.*$/, '').trim())
  .filter((line) => line !== '');

describe('The README', () => {
  it('is short', () => {
    expect(readme.text.trimEnd().split('\n').length).toBeLessThanOrEqual(120);
  });

  it('gives no command that nothing runs', () => {
    expect(new Set(commands)).toEqual(new Set(Object.keys(RUN_BY)));
    for (const [command, runner] of Object.entries(RUN_BY)) {
      if (runner === START || runner === EMBED) continue;
      const lines = readFileSync(join(ROOT, runner), 'utf8').split('\n');
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${command}\\b`)));
    }
  });

  describe('its commands', () => {
    let dataDirectory: string;
    let logs: string;

    beforeEach(() => {
      dataDirectory = freshDirectory('readme-data');
      logs = freshDirectory('readme-log');
    });

    afterEach(() => {
      rmSync(dataDirectory, { recursive: true, force: true, maxRetries: 10 });
      rmSync(logs, { recursive: true, force: true });
    });

    it(START, async () => {
      const port = await freePort();
      const npm = new Child({
        command: 'npm',
        args: ['start'],
        cwd: ROOT,
        env: { ...bareEnvironment(), PORT: String(port), HOST: '127.0.0.1', DATA_DIR: dataDirectory },
        logFile: join(logs, 'start.log'),
      });
      const page = await pageOf(`http://127.0.0.1:${port}/`, npm);
      expect(page).toMatch(/<script\b[^>]*\bsrc=/);
      expect(npm.log()).toContain(`Parley is ready: http://127.0.0.1:${port}`);
      expect(existsSync(join(dataDirectory, 'postgres'))).toBe(true);

      const family = descendantsOf(npm.pid);
      expect(family.length).toBeGreaterThan(0);
      await npm.end('SIGTERM');
      expect(family.filter(isAlive)).toEqual([]);
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
    });

    it(EMBED, async () => {
      const node = await ParleyNode.start({ dataDirectory, env: settingsNaming('AUTH_SECRET') });
      try {
        const [example] = readme.examples;
        expect(example?.prints).toBeTruthy();
        const { code, printed } = await runExample(example?.code ?? '', node.url);
        expect({ code, printed }).toEqual({ code: 0, printed: example?.prints });
      } finally {
        await node.stop();
      }
    });
  });
});

async function pageOf(url: string, server: Child): Promise<string> {
  for (;;) {
    if (server.exit !== null) throw new Error(`It ended at its start:\n${server.log()}`);
    const answer = await fetch(url, { headers: { accept: 'text/html' } }).catch(() => null);
    const text = await answer?.text();
    if (answer?.status === 200) return text ?? '';
    await sleep(200);
  }
}

/** The settings before the one command that sets `name`. */
function settingsNaming(name: string): Record<string, string> {
  const command = commands.find((each) => each.includes(`${name}=`)) ?? '';
  return Object.fromEntries([...command.matchAll(/\b([A-Z_]+)=(\S+)/g)].map(([, key, value]) => [key, value]));
}

/** The processes that a process has started, and those that they have, from /proc. */
function descendantsOf(pid: number): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(Number(name))]),
  );
  const family = new Set([pid]);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const [child, parent] of parents) if (parent !== null && family.has(parent)) family.add(child);
  }
  return [...family].filter((each) => each !== pid);
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

/** A process that has ended and only waits to be noticed counts as ended. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
