import type { Line } from './fences.js';
import { readSections, type Section } from './structure.js';

/** Start and end (exclusive) as UTF-16 offsets. */
type Range = [start: number, end: number];

/**
 * Code spans of one line, backticks included: a run of backticks is closed by the next run of the same length.
 * They never go over the end of a line, so that one stray backtick cannot swallow a conversation.
 */
export function codeSpans(line: string): Range[] {
  if (!line.includes('`')) return [];
  const runs = Array.from(line.matchAll(/`+/g), (run): Range => [run.index, run.index + run[0].length]);
  const closing = nextOfSameLength(runs);
  const spans: Range[] = [];
  for (let at = 0; at < runs.length; at++) {
    const end = closing[at];
    if (end === undefined) continue;
    spans.push([(runs[at] as Range)[0], (runs[end] as Range)[1]]);
    at = end;
  }
  return spans;
}

function nextOfSameLength(runs: Range[]): Array<number | undefined> {
  const next: Array<number | undefined> = [];
  const seen = new Map<number, number>();
  for (let at = runs.length - 1; at >= 0; at--) {
    const [start, end] = runs[at] as Range;
    next[at] = seen.get(end - start);
    seen.set(end - start, at);
  }
  return next;
}

/** What stands between the backticks; one space on each side is there to set off a backtick in the code. */
export function codeOf(span: string): string {
  const ticks = (/^`+/.exec(span) as RegExpExecArray)[0].length;
  const code = span.slice(ticks, -ticks);
  return code.startsWith(' ') && code.endsWith(' ') && code.trim() !== '' ? code.slice(1, -1) : code;
}

/**
 * Where the code of a text is: all code spans and fences, with their backticks, in order and without overlap, as
 * `parse` sees them. A fence inside a quote or list covers its whole lines. Time and space are linear in the text.
 */
export function codeRanges(text: string): Range[] {
  const ranges: Range[] = [];
  if (text.includes('`')) collect(readSections(text), ranges);
  return ranges;
}

function collect(sections: Section[], into: Range[]): void {
  for (const section of sections) {
    if (section.kind === 'fence') into.push([section.start, section.end]);
    else if (section.kind === 'quote') collect(section.sections, into);
    else if (section.kind === 'list') for (const item of section.items) collect(item, into);
    else for (const line of section.lines) collectSpans(line, into);
  }
}

function collectSpans(line: Line, into: Range[]): void {
  for (const [start, end] of codeSpans(line.text)) into.push([line.start + start, line.start + end]);
}
