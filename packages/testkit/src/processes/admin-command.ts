import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { bareEnvironment, COMPILE_CACHE } from './child-process.js';
import { ROOT } from './places.js';

const TIMEOUT_MS = 180_000;

interface CommandAnswer {
  code: number;
  /** What was answered, or why it was refused, with the progress that was told before. */
  text: string;
}

/** `npm run admin -- …`, for the deployment with these settings. */
export const adminCommand = (env: Record<string, string>, ...args: string[]): Promise<CommandAnswer> =>
  deploymentCommand('admin', env, ...args);

/** `npm run NAME -- …`, for the deployment with these settings. */
export function deploymentCommand(
  name: 'admin' | 'backup' | 'restore' | 'verify',
  env: Record<string, string>,
  ...args: string[]
): Promise<CommandAnswer> {
  const command = join(ROOT, `apps/api/dist/bundle/${name}.js`);
  const options = { cwd: ROOT, env: { ...bareEnvironment(), ...COMPILE_CACHE, ...env }, timeout: TIMEOUT_MS };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [command, ...args], options, (_fault, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, text: (stdout + stderr).trim() }),
    );
  });
}
