/**
 * Makes room in a map of which the oldest entries may go, once it has more than `most`. It forgets an eighth at once: a map
 * steps over all that was deleted at its beginning before it finds what is first now, and one by one that costs more than
 * all else.
 */
export function forgetOldest(map: Map<unknown, unknown>, most: number): void {
  if (map.size <= most) return;
  let tooMany = map.size - most + Math.floor(most / 8);
  for (const key of map.keys()) {
    if (tooMany === 0) return;
    map.delete(key);
    tooMany -= 1;
  }
}
