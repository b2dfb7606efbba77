import { listed } from '../../../ui/listed.js';

/** How many are named; of more it says only that they are several. */
const NAMED = 3;

/** Who is typing; '' where nobody is. `count`: how many, also where not all are named. */
export function typingSentence(names: readonly string[], count: number): string {
  const [first] = names;
  if (first === undefined || count === 0) return '';
  if (count > NAMED || count > names.length) return 'Several people are typing';
  if (names.length === 1) return `${first} is typing`;
  return `${listed(names)} are typing`;
}
