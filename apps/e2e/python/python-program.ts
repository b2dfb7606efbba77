import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bareEnvironment, Child, ROOT } from '@parley/testkit';

const PACKAGE = join(ROOT, 'packages/python-client');

export const PYTHON = '/usr/bin/python3';

/** Debian's packages, which are not on every machine. */
const NEEDED = ['socketio', 'aiohttp', 'websockets'].map((name) => `/usr/lib/python3/dist-packages/${name}`);

/** What Python programs of ours need to run. */
export const PYTHON_ENVIRONMENT = {
  ...{ PYTHONPATH: join(PACKAGE, 'src'), PYTHONIOENCODING: 'utf-8' },
  // Nothing is written into the repository, and nothing that a program forgets goes unseen.
  ...{ PYTHONDONTWRITEBYTECODE: 'yes', PYTHONASYNCIODEBUG: '', PYTHONWARNINGS: 'error' },
};

/** Whether Python and what it needs are there; in CI they have to be. */
export function isPythonThere(): boolean {
  const missing = [PYTHON, ...NEEDED].filter((path) => !existsSync(path));
  if (missing.length > 0 && process.env.CI === 'true') throw new Error(`Not installed: ${missing.join(', ')}`);
  return missing.length === 0;
}

/** Starts a program, named by its path from the root, with such an environment. */
export function pythonProgram(path: string[], logFile: string, env: Record<string, string> = {}): Child {
  return new Child({
    command: PYTHON,
    args: path,
    cwd: ROOT,
    logFile,
    env: { ...bareEnvironment(), ...PYTHON_ENVIRONMENT, ...env },
  });
}
