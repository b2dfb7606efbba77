/** Tells of each call whether it is the first of those that come together: none within so long after one that was. */
export function firstOfBurst(ms: number): (now: number) => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return (now) => {
    if (now - last < ms) return false;
    last = now;
    return true;
  };
}
