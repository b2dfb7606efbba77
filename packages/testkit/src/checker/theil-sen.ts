/** More points are thinned out: every pair of them is looked at. */
const MOST_POINTS = 400;

/** The median of the slopes between all pairs of points: a few wild ones do not move it. 0 for less than two. */
export function theilSen(points: readonly { x: number; y: number }[]): number {
  const step = Math.ceil(points.length / MOST_POINTS);
  const chosen = points.filter((_, index) => index % step === 0);
  const slopes: number[] = [];
  for (const [index, a] of chosen.entries()) {
    for (let other = index + 1; other < chosen.length; other += 1) {
      const b = chosen[other] as { x: number; y: number };
      if (b.x !== a.x) slopes.push((b.y - a.y) / (b.x - a.x));
    }
  }
  slopes.sort((a, b) => a - b);
  return slopes[Math.floor(slopes.length / 2)] ?? 0;
}
