import { type Fence, type Line, openFence, readFence } from './fences.js';

/** The skeleton of a text: which lines belong to which block. Lines keep their place in the text. */
export type Section =
  | { kind: 'lines'; lines: Line[] }
  | { kind: 'quote'; sections: Section[] }
  | { kind: 'list'; ordered: boolean; start: number; items: Section[][] }
  | ({ kind: 'fence' } & Fence);

/** Quotes and lists within each other; deeper markers are text, which bounds the work by depth × length. */
const MAX_DEPTH = 4;
const BULLET = /^ ?([-*]) +(?=\S)/;
/** Up to three digits: "1986. A great year" is a sentence. */
const NUMBER = /^ ?(0|[1-9]\d{0,2})([.)]) +(?=\S)/;
const CONTINUATION = /^ {2,}(?=\S)/;

interface Marker {
  width: number;
  /** `-`, `*`, `.` or `)`: one list has one kind. */
  sign: string;
  number: number | null;
}

export function readSections(text: string): Section[] {
  return sectionsOf(splitLines(text), 0);
}

function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const raw of text.split('\n')) {
    lines.push({ text: raw.endsWith('\r') ? raw.slice(0, -1) : raw, start });
    start += raw.length + 1;
  }
  return lines;
}

function sectionsOf(lines: Line[], depth: number): Section[] {
  const sections: Section[] = [];
  let open: Line[] = [];
  const flush = () => {
    if (open.length > 0) sections.push({ kind: 'lines', lines: open });
    open = [];
  };
  const lastFenceEnd = lines.findLastIndex((line) => line.text.trimEnd().endsWith('```'));
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as Line;
    const container = depth < MAX_DEPTH ? (readQuote(lines, at, depth) ?? readList(lines, at, depth)) : null;
    const opening = container ? null : openFence(line, { hasNext: at + 1 < lines.length, hasEnd: lastFenceEnd > at });
    if (container) {
      flush();
      sections.push(container.section);
      at = container.next;
    } else if (opening) {
      if (opening.before) open.push(opening.before);
      flush();
      const { fence, next } = readFence(lines, at, opening);
      sections.push({ kind: 'fence', ...fence });
      at = next;
    } else {
      if (line.text.trim() === '') flush();
      else open.push(line);
      at++;
    }
  }
  flush();
  return sections;
}

interface Container {
  section: Section;
  /** Index of the first line after it. */
  next: number;
}

/** `> ` begins a quote, a bare `>` only continues one: ">_<" and ">>> import os" are no quotes. */
function readQuote(lines: Line[], from: number, depth: number): Container | null {
  if (!lines[from]?.text.startsWith('> ')) return null;
  const inner: Line[] = [];
  let next = from;
  for (; next < lines.length; next++) {
    const line = lines[next] as Line;
    if (!line.text.startsWith('> ') && line.text !== '>') break;
    inner.push(cut(line, Math.min(2, line.text.length)));
  }
  return { section: { kind: 'quote', sections: sectionsOf(inner, depth + 1) }, next };
}

/** Numbers make a list only where they count up by one over two items or more; anything else is shown as written. */
function readList(lines: Line[], from: number, depth: number): Container | null {
  const first = markerOf(lines[from] as Line);
  if (!first) return null;
  const items: Line[][] = [];
  let next = from;
  for (let marker: Marker | null = first; marker && follows(first, marker, items.length); ) {
    const item = [cut(lines[next] as Line, marker.width)];
    for (next++; next < lines.length && CONTINUATION.test((lines[next] as Line).text); next++) {
      item.push(cut(lines[next] as Line, indentWithin(lines[next] as Line, marker.width)));
    }
    items.push(item);
    const following: Line | undefined = lines[next];
    marker = following ? markerOf(following) : null;
  }
  if (first.number !== null && items.length < 2) return null;
  return {
    section: {
      kind: 'list',
      ordered: first.number !== null,
      start: first.number ?? 1,
      items: items.map((item) => sectionsOf(item, depth + 1)),
    },
    next,
  };
}

function follows(first: Marker, marker: Marker, index: number): boolean {
  return marker.sign === first.sign && (first.number === null || marker.number === first.number + index);
}

function markerOf(line: Line): Marker | null {
  const bullet = BULLET.exec(line.text);
  if (bullet) return { width: bullet[0].length, sign: bullet[1] as string, number: null };
  const number = NUMBER.exec(line.text);
  if (number) return { width: number[0].length, sign: number[2] as string, number: Number(number[1]) };
  return null;
}

function indentWithin(line: Line, width: number): number {
  let indent = 0;
  while (indent < width && line.text[indent] === ' ') indent++;
  return indent;
}

function cut(line: Line, width: number): Line {
  return { text: line.text.slice(width), start: line.start + width };
}
