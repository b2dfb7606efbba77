interface ScrollPosition {
  /** Pixels. */
  top: number;
  /** How many hits were listed. */
  count: number;
}

const START: ScrollPosition = { top: 0, count: 0 };
let latest = { key: '', position: START };

/** Keeps how far the results of one search were scrolled; only the last search is kept. */
export function rememberPosition(key: string, position: ScrollPosition): void {
  latest = { key, position };
}

export function rememberedPosition(key: string): ScrollPosition {
  return latest.key === key ? latest.position : START;
}
