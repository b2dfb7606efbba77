import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { callerDirectory } from '../config/caller-directory.js';
import { usageUnless } from './command.js';

/** For commands that take the path of one file and nothing else. */
export const usageUnlessFile = (usage: string) =>
  usageUnless(usage, (args) => args.length === 1 && !args[0]?.startsWith('-'));

/** The path of the file that such a command is about. @throws with a sentence where that is a directory. */
export function fileIn(args: readonly string[]): string {
  const path = resolve(callerDirectory(), args[0] ?? '');
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`${path} is a directory. Name a file.`);
  return path;
}
