import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { bareEnvironment, COMPILE_CACHE } from './child-process.js';
import { ROOT } from './places.js';

const COMMAND = join(ROOT, 'apps/api/dist/bundle/admin.js');
const TIMEOUT_MS = 180_000;

interface AdminAnswer {
  code: number;
  /** What was answered, or why it was refused. */
  text: string;
}

/** `npm run admin -- …`, for the deployment with these settings. */
export function adminCommand(env: Record<string, string>, ...args: string[]): Promise<AdminAnswer> {
  const options = { cwd: ROOT, env: { ...bareEnvironment(), ...COMPILE_CACHE, ...env }, timeout: TIMEOUT_MS };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [COMMAND, ...args], options, (_fault, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, text: (stdout + stderr).trim() }),
    );
  });
}
