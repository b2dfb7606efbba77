/** Height of the highest bar, and of one that is silent. Percent. */
const [HIGHEST, LEAST] = [100, 8];
/** What is never louder than this is noise, and drawn low. Of 100. */
const NOISE = 6;
/** Drawn for a recording of which only the length is known. */
const FLAT = Array.from({ length: 32 }, () => 0);

/** The heights of a waveform's bars: the loudest one is as high as there is room, however quiet its speaker. Percent. */
export function barsOf(peaks: readonly number[] = FLAT): number[] {
  const loudest = Math.max(NOISE, ...peaks);
  return peaks.map((peak) => Math.min(HIGHEST, Math.max(LEAST, Math.round((peak / loudest) * HIGHEST))));
}
