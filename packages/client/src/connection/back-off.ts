const FIRST_MS = 2_000;
const LONGEST_MS = 30_000;

/**
 * How long to wait after the `failures`th failure in a row (1, 2, …), in milliseconds: between half of a step and the
 * whole of it, so that those who failed together do not come back together. Steps double from 2 s to 30 s; `Infinity`
 * is for what is not likely to be answered differently soon.
 */
export function backOff(failures: number, random: () => number = Math.random): number {
  const step = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return (step * (1 + random())) / 2;
}
