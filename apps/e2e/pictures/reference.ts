import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { deltaE, type Lab, labOf } from './colour.js';

/**
 * What another program makes of a picture: ImageMagick, which has decoders and colour management of its own. Both pictures are
 * made as small as this, so that what is compared are colours and places, and not how a program makes pictures smaller.
 */
const SIDE = 24;
const SRGB = ['/usr/share/color/icc/ghostscript/srgb.icc', '/usr/share/color/icc/sRGB.icc'].find(existsSync);
const PROGRAM = '/usr/bin/convert';
const MOST_MS = 60_000;

const run = promisify(execFile);

/** How far two pictures are from each other, or why that is not known. */
export type Likeness = { mean: number; worst: number; isUpright: boolean } | { unknown: string };

type Turn = (x: number, y: number) => [number, number];
const LAST = SIDE - 1;
const TURNS: readonly Turn[] = [
  (x, y) => [LAST - x, y],
  (x, y) => [x, LAST - y],
  (x, y) => [LAST - x, LAST - y],
  (x, y) => [y, x],
  (x, y) => [y, LAST - x],
  (x, y) => [LAST - y, x],
  (x, y) => [LAST - y, LAST - x],
];

export function requireReference(): void {
  if (!existsSync(PROGRAM)) throw new Error('The reference is ImageMagick: apt-get install imagemagick');
  if (!SRGB) throw new Error('Its profile of sRGB is missing: apt-get install icc-profiles-free libgs-common');
}

/** @param picture and `thumbnail` are paths. */
export async function likeness(picture: string, thumbnail: string): Promise<Likeness> {
  try {
    const [wanted, seen] = [await fieldsOf(picture), await fieldsOf(thumbnail)];
    const distances = wanted.map((colour, i) => deltaE(colour, seen[i] ?? colour));
    const mean = meanOf(distances);
    const turned = TURNS.map((turn) => meanOf(wanted.map((colour, i) => deltaE(colour, at(seen, turn, i)))));
    return { mean, worst: Math.max(...distances), isUpright: mean <= Math.min(...turned) + 0.5 };
  } catch (fault) {
    return {
      unknown:
        String((fault as { stderr?: string }).stderr ?? fault)
          .split('\n', 1)[0]
          ?.slice(0, 100) ?? '',
    };
  }
}

const meanOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

function at(fields: readonly Lab[], turn: Turn, i: number): Lab {
  const [x, y] = turn(i % SIDE, Math.floor(i / SIDE));
  return fields[y * SIDE + x] ?? [0, 0, 0];
}

/** Its first picture, upright, in sRGB and on white. */
async function fieldsOf(path: string): Promise<Lab[]> {
  const first = `${path}[0]`;
  const { stdout: profile } = await run(PROGRAM, [first, '-format', '%[profile:icc]', 'info:'], { timeout: MOST_MS });
  const toSrgb = profile.trim() ? ['-profile', SRGB ?? ''] : ['-colorspace', 'sRGB'];
  const small = ['-background', 'white', '-alpha', 'remove', '-alpha', 'off', '-resize', `${SIDE}x${SIDE}!`];
  const args = [first, '-auto-orient', ...toSrgb, '-depth', '16', ...small, '-depth', '8', 'rgb:-'];
  const { stdout } = await run(PROGRAM, args, { timeout: MOST_MS, encoding: 'buffer', maxBuffer: 1_048_576 });
  if (stdout.length !== SIDE * SIDE * 3) throw new Error(`it gave ${stdout.length} bytes`);
  return Array.from({ length: SIDE * SIDE }, (_, i) => labOf(stdout.subarray(i * 3, i * 3 + 3)));
}
