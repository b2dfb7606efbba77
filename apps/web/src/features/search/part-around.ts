import { cutBetweenGraphemes, type SearchSegment } from '@parley/protocol';

/** Characters shown before the first match, and of all. */
const BEFORE = 60;
const LENGTH = 240;

/** The part of a message around its first match. */
export function partAround(segments: readonly SearchSegment[]): SearchSegment[] {
  const first = segments.findIndex(({ match }) => match);
  const [lead, ...rest] = first > 0 ? [joined(segments.slice(0, first)), ...segments.slice(first)] : ['', ...segments];
  const shown: SearchSegment[] = lead === '' ? [] : [{ text: endOf(lead), match: false }];
  let left = LENGTH;
  for (const { text, match } of rest) {
    if (left <= 0) break;
    const cut = text.length > left ? `${cutBetweenGraphemes(text, left)}…` : text;
    shown.push({ text: cut, match });
    left -= text.length;
  }
  return shown;
}

/** The end of a text, from the beginning of a word where one is near. */
function endOf(text: string): string {
  if (text.length <= BEFORE) return text;
  const end = text.slice(cutBetweenGraphemes(text, text.length - BEFORE).length);
  const space = end.search(/\s/);
  return `…${space >= 0 && space < BEFORE / 2 ? end.slice(space + 1) : end}`;
}

function joined(segments: readonly SearchSegment[]): string {
  return segments.map(({ text }) => text).join('');
}
