import { graphemeSegments } from 'unicode-segmenter/grapheme';

/** Neither code above Latin-1 nor CR LF: every unit is a grapheme by itself. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are single graphemes too
const SIMPLE = /^[\0-\x0c\x0e-\xac\xae-\xff]*$/;

/**
 * The first `count` graphemes of a text: what a reader takes for signs, such as an emoji with its skin tone or a flag.
 * Cut by tables of our own and not by `Intl.Segmenter`, so that the server and every browser cut alike.
 */
export function firstGraphemes(text: string, count: number): string {
  if (text.length <= count) return text;
  const start = text.slice(0, count + 1);
  if (SIMPLE.test(start)) return start.slice(0, count);
  let left = count;
  for (const { index } of graphemeSegments(text)) {
    if (left === 0) return text.slice(0, index);
    left -= 1;
  }
  return text;
}

const EXCERPT_GRAPHEMES = 140;

/** What a reply shows of the text that it quotes. */
export const excerptOf = (text: string): string => firstGraphemes(text, EXCERPT_GRAPHEMES);

/** As many whole graphemes from the start of a text as fit into `length` UTF-16 units. */
export function cutBetweenGraphemes(text: string, length: number): string {
  if (text.length <= length) return text;
  let end = 0;
  for (const { index } of graphemeSegments(text)) {
    if (index > length) break;
    end = index;
  }
  return text.slice(0, end);
}

/** What a reader takes for the signs of a text, in order. */
export function* graphemesOf(text: string): Generator<string> {
  for (const { segment } of graphemeSegments(text)) yield segment;
}
