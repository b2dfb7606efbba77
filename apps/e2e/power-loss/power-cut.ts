import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Exit, ROOT } from '@parley/testkit';
import { Random } from '../fuzz/random.js';

const FORGETFUL_FILES = pathToFileURL(join(ROOT, 'apps/e2e/dist/power-loss/preload/forgetful-files.js')).href;
/** A power of two: a quarter of the cuts falls into the first eight operations, another one beyond the first 500. */
const LATEST_CUT = 12;

/** What one loss of power met. */
export interface Cut {
  /** The number of the operation that did not happen. */
  at: number;
  /** Whether the database was open by then. */
  wasOpen: boolean;
  /** What was promised before it: transactions, or sends. */
  acked: number;
  /** Sentences about what was not as it had been promised before. */
  lost: string[];
}

/** A data directory that power is cut from again and again, and what was promised meanwhile. */
export interface CutDirectory {
  /** Opens it, looks for what was promised, writes, and cuts the power at an operation that the seed chooses. */
  cut(seed: number): Promise<Cut>;
  /** Opens it on an honest disk. @returns sentences about what is not as it was promised. */
  check(): Promise<string[]>;
}

/** What makes a process of Node lose its power. */
export function powerCut(seed: number): { at: number; nodeArguments: string[]; env: Record<string, string> } {
  const at = Math.floor(2 ** (new Random(`operation ${seed}`).next() * LATEST_CUT));
  const env = { POWER_CUT_SEED: String(seed), POWER_CUT_AT: String(at) };
  return { at, nodeArguments: ['--import', FORGETFUL_FILES], env };
}

/** @throws where the process ended otherwise. */
export function requireCut({ code, signal }: Exit, log: string): void {
  if (!log.includes('The power is cut.')) throw new Error(`The process ended by itself (${code ?? signal}):\n${log}`);
}
