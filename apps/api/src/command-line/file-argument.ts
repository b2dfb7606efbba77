import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { callerDirectory } from '../config/caller-directory.js';
import type { AdminOutcome } from '../modules/administration/index.js';

/** For commands that take the path of one file and nothing else: what is to be answered to anything else, null where it fits. */
export const usageUnlessFile =
  (usage: string) =>
  (args: readonly string[]): AdminOutcome | null => {
    if (args.some((each) => ['help', '--help', '-h'].includes(each))) return { code: 0, text: usage };
    return args.length === 1 && !args[0]?.startsWith('-') ? null : { code: 2, text: usage };
  };

/** The path of the file that such a command is about. @throws with a sentence where that is a directory. */
export function fileIn(args: readonly string[]): string {
  const path = resolve(callerDirectory(), args[0] ?? '');
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`${path} is a directory. Name a file.`);
  return path;
}
