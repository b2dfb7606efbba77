import { fold } from '../../ui/fold.js';

/** How well a name fits what is typed; 0: not at all. Case and accents do not matter. */
export function matchOf(name: string, typed: string): number {
  const query = fold(typed.trim());
  const text = fold(name);
  if (query === '') return 1;
  if (text.startsWith(query)) return 4;
  if (text.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(query))) return 3;
  if (text.includes(query)) return 2;
  return isSubsequence(query, text) ? 1 : 0;
}

/** The best first, and of equal ones those that came first; those that do not fit are left out. */
export function bestOf<T>(items: readonly T[], nameOf: (item: T) => string, typed: string, most: number): T[] {
  return items
    .map((item) => ({ item, match: matchOf(nameOf(item), typed) }))
    .filter(({ match }) => match > 0)
    .toSorted((a, b) => b.match - a.match)
    .slice(0, most)
    .map(({ item }) => item);
}

/** Whether its characters stand in the text in this order: "lr" fits "Launch room". */
function isSubsequence(query: string, text: string): boolean {
  let at = 0;
  for (const character of query) {
    at = text.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
