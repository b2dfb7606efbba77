let kept = { key: '', top: 0 };

/** Keeps how far the results of one search were scrolled; only the last search is kept. */
export function keepPlace(key: string, top: number): void {
  kept = { key, top };
}

export function keptPlace(key: string): number {
  return kept.key === key ? kept.top : 0;
}
