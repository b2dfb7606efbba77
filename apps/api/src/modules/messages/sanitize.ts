import sanitizeHtml from 'sanitize-html';
import { isStorable } from '../../kernel/storable-text.js';
import { findHtml, type HtmlPart } from './html-tags.js';

/** `invalid_characters`: NUL or half a surrogate pair; `unstable`: HTML is left after five rounds. */
type Sanitized = { text: string; refusal?: undefined } | { refusal: 'invalid_characters' | 'unstable' };

const MAX_ROUNDS = 5;
const NOTHING: sanitizeHtml.IOptions = { allowedTags: [], allowedAttributes: {} };

/**
 * The text to store: as written, to the letter, without the HTML that `findHtml` finds. Only those tags go through
 * sanitize-html, which allows none of them; the rest is neither encoded nor decoded. Removing may put new tags
 * together, so it is repeated until nothing is left to remove. The result may be blank.
 */
export function sanitizeContent(text: string): Sanitized {
  if (!isStorable(text)) return { refusal: 'invalid_characters' };
  if (!text.includes('<')) return { text };
  let clean = text;
  let html = findHtml(clean);
  for (let round = 0; html.length > 0; round++) {
    if (round === MAX_ROUNDS) return { refusal: 'unstable' };
    clean = withoutHtml(clean, html);
    html = findHtml(clean);
  }
  return { text: clean };
}

function withoutHtml(text: string, parts: HtmlPart[]): string {
  const rest = sanitizeTags([...new Set(parts.map((part) => part.tags))]);
  let result = '';
  let last = 0;
  for (const { start, end, tags } of parts) {
    result += text.slice(last, start) + (rest.get(tags) ?? '');
    last = end;
  }
  return result + text.slice(last);
}

/**
 * What sanitize-html leaves of each tag. All at once is much cheaper, but behind a tag like `<title>` it takes the
 * others for words: then each by itself.
 */
function sanitizeTags(tags: string[]): Map<string, string> {
  if (sanitizeHtml(tags.join(''), NOTHING) === '') return new Map();
  return new Map(tags.map((tag) => [tag, sanitizeHtml(tag, NOTHING)]));
}
