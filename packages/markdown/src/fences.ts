/** A line, or what is left of it inside a quote or list; `start` is its UTF-16 offset in the whole text. */
export interface Line {
  text: string;
  start: number;
}

export interface Fence {
  language: string | null;
  lines: Line[];
  /** From the first opening backtick to behind the last closing one, in the whole text. */
  start: number;
  end: number;
}

interface Opening {
  /** What stands before the backticks, if there is something. */
  before: Line | null;
  language: string | null;
  /** Code on the line of the opening backticks. */
  code: Line | null;
  ticks: number;
  start: number;
}

const OPENING = /^([^`]*)(`{3,})([^`]*)$/;
const LANGUAGE = /^[A-Za-z0-9+#._-]{1,24}$/;

/**
 * Three backticks or more open a fence at the start of a line that is not the last. Chat people also write
 * "look: ```" and put the code below: behind other words they open one only if a later line closes it.
 */
export function openFence(line: Line, ahead: { hasNext: boolean; hasEnd: boolean }): Opening | null {
  const match = ahead.hasNext ? OPENING.exec(line.text) : null;
  if (!match) return null;
  const [, before, ticks, after] = match as unknown as [string, string, string, string];
  const info = after.trim();
  const language = LANGUAGE.test(info) ? info : null;
  const isAlone = before.trim() === '';
  if (!isAlone && (!ahead.hasEnd || (info !== '' && language === null))) return null;
  const start = line.start + before.length;
  return {
    before: isAlone ? null : { text: before.trimEnd(), start: line.start },
    language,
    code: info === '' || language !== null ? null : { text: after, start: start + ticks.length },
    ticks: ticks.length,
    start,
  };
}

/** A line that ends in as many backticks closes the fence, what stands before them is code; else the last line does. */
export function readFence(lines: Line[], from: number, opening: Opening): { fence: Fence; next: number } {
  const code = opening.code ? [opening.code] : [];
  const { language, start } = opening;
  let end = start;
  for (let at = from + 1; at < lines.length; at++) {
    const line = lines[at] as Line;
    const trimmed = line.text.trimEnd();
    const length = lengthWithoutTicks(trimmed);
    if (trimmed.length - length >= opening.ticks) {
      const last = line.text.slice(0, length);
      if (last.trim() !== '') code.push({ text: last, start: line.start });
      return { fence: { language, lines: code, start, end: line.start + trimmed.length }, next: at + 1 };
    }
    code.push(line);
    end = line.start + line.text.length;
  }
  return { fence: { language, lines: code, start, end }, next: lines.length };
}

function lengthWithoutTicks(text: string): number {
  let length = text.length;
  while (length > 0 && text[length - 1] === '`') length--;
  return length;
}
