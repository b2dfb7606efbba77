import { codeRanges } from '@parley/markdown';
import { BARE_HTML_ELEMENTS, HTML_ELEMENTS } from '@parley/protocol';
import { type TagEnd, TagScanner } from './tag-scanner.js';

/** A stretch of HTML in a text, `end` exclusive. */
export interface HtmlPart {
  start: number;
  end: number;
  /** One tag, or the opening and the closing one of a `script` or `style`, whose content goes with them. */
  tags: string;
}

interface Candidate {
  name: string;
  isClosing: boolean;
  start: number;
  nameEnd: number;
  /** Where the next code begins: a tag has to end before it. */
  limit: number;
}

interface Tag extends Candidate, TagEnd {
  isHtml: boolean;
}

const OPENING = /<\/?([a-z][a-z0-9-]*)(?=[\t\n\f\r />])/gi;
const PAIRED = new Set(['script', 'style']);

/**
 * What of a text is HTML, from left to right: tags of elements of HTML and SVG that have an attribute with a `=` or with a
 * name that begins with `on`, and the closing tags that belong to them; and, with or without attributes, what changes how
 * a page is read behind it. Case, and white space behind the name, do not matter. Other tags can do nothing: they are text.
 *
 * - Attributes are read as browsers read them: a `>` in the quotes of a value belongs to it, and line breaks are
 *   space. A tag without its `>` is none.
 * - Code is never touched: a tag that begins in code, or has code before its `>`, is none.
 * - HTML inside a tag goes first and leaves the outer one to the next round, so that a stray `<b` does not take the
 *   words up to the next real tag with it.
 * - `script` and `style` go from the opening tag to the next closing one, with all that is between; alone and bare they
 *   are words.
 * - Comments, doctypes, CDATA and names on no list are text.
 *
 * Time and space are linear in the text.
 */
export function findHtml(text: string): HtmlPart[] {
  const candidates = candidatesIn(text);
  if (candidates.length === 0) return [];
  const limited = withLimits(candidates, text);
  const pairs = findPairs(text, limited);
  const tags = withTheirClosing(findTags(text, limited, pairs));
  const parts = tags.map(({ start, end }) => ({ start, end, tags: text.slice(start, end) }));
  return [...pairs, ...parts].sort((one, other) => one.start - other.start);
}

function candidatesIn(text: string): Candidate[] {
  const candidates: Candidate[] = [];
  for (const match of text.matchAll(OPENING)) {
    const start = match.index;
    const name = (match[1] as string).toLowerCase();
    if (!HTML_ELEMENTS.has(name)) continue;
    const isClosing = text[start + 1] === '/';
    candidates.push({ name, isClosing, start, nameEnd: start + match[0].length, limit: text.length });
  }
  return candidates;
}

/** Within code the limit is before the name ends, so that no tag is found there. */
function withLimits(candidates: Candidate[], text: string): Candidate[] {
  const code = codeRanges(text);
  let next = 0;
  return candidates.map((candidate) => {
    while (next < code.length && (code[next]?.[1] ?? 0) <= candidate.start) next++;
    return { ...candidate, limit: code[next]?.[0] ?? text.length };
  });
}

/** Each opening `script` or `style` with the first closing one behind it. */
function findPairs(text: string, candidates: Candidate[]): HtmlPart[] {
  const tags = scanPaired(text, candidates);
  const lastClosing = new Map(tags.filter((tag) => tag.isClosing).map((tag) => [tag.name, tag.start]));
  const pairs: HtmlPart[] = [];
  let opening: (typeof tags)[number] | null = null;
  for (const tag of tags) {
    if (opening === null) {
      if (!tag.isClosing && (lastClosing.get(tag.name) ?? -1) > tag.start) opening = tag;
    } else if (tag.isClosing && tag.name === opening.name) {
      pairs.push({ start: opening.start, end: tag.end, tags: opening.text + tag.text });
      opening = null;
    }
  }
  return pairs;
}

function scanPaired(text: string, candidates: Candidate[]) {
  const scanner = new TagScanner(text);
  let last = 0;
  return candidates.flatMap((candidate) => {
    if (!PAIRED.has(candidate.name) || candidate.start < last) return [];
    const found = scanner.endOf(candidate, candidate.limit);
    if (!found) return [];
    last = found.end;
    return [{ ...candidate, end: found.end, text: text.slice(candidate.start, found.end) }];
  });
}

/** All tags that are whole, from left to right; from right to left they are read, so that HTML inside a tag is known. */
function findTags(text: string, candidates: Candidate[], pairs: HtmlPart[]): Tag[] {
  const scanner = new TagScanner(text);
  const tags: Tag[] = [];
  let pair = pairs.length - 1;
  let nearest = text.length;
  for (const candidate of candidates.toReversed()) {
    const { start, name } = candidate;
    for (; pair >= 0 && (pairs[pair]?.start ?? 0) > start; pair--) nearest = Math.min(nearest, pairs[pair]?.start ?? 0);
    if (start < (pairs[pair]?.end ?? 0)) continue;
    const found = scanner.endOf(candidate, Math.min(candidate.limit, nearest));
    if (!found) continue;
    const isHtml = found.isActive || BARE_HTML_ELEMENTS.has(name);
    tags.push({ ...candidate, ...found, isHtml });
    if (isHtml) nearest = start;
  }
  return tags.reverse();
}

/** The tags that are HTML, and the bare closing ones of those that were opened by such a tag. */
function withTheirClosing(tags: readonly Tag[]): Tag[] {
  const opened = new Map<string, boolean[]>();
  let last = 0;
  return tags.filter(({ name, isClosing, start, end, isHtml }) => {
    // Within another one it is no tag.
    if (start < last) return false;
    last = end;
    const open = opened.get(name) ?? [];
    opened.set(name, open);
    if (!isClosing) open.push(isHtml);
    return isClosing ? (open.pop() ?? false) || isHtml : isHtml;
  });
}
