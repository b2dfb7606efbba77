import type { Inline, Styled } from './ast.js';
import { codeOf, codeSpans } from './code-spans.js';
import { bareLinkEnd, isLinkTarget, pairParentheses } from './links.js';
import { mentionAt } from './mentions.js';
import { isSpaceUnit, isWordUnit } from './words.js';

/** Something opened and not closed yet: a bracket, or one to three of the signs `*`, `_`, `~`. */
interface Frame {
  sign: string;
  count: number;
  /** A bracket that can still become a link. */
  isActive: boolean;
  hasLink: boolean;
  /** Where its content starts. */
  start: number;
  children: Inline[];
}

/** Open frames at once; what opens beyond is text. Bounds the depth of the tree and the search for a partner. */
const MAX_OPEN = 24;
const COUNTS: Record<string, readonly number[]> = { '*': [1, 2, 3], _: [1], '~': [2] };
/** Where plain text may end. */
const SPECIAL = /[`*_~[\]@\\]|[hH](?=[tT][tT][pP])/g;

/**
 * The inline nodes of one paragraph, whose lines are joined by line breaks. Signs style only whole words (`2*3*4`,
 * `snake_case` and `__init__` stay as they are), nothing is escaped: a sign behind a backslash is a plain sign, and
 * the backslash stays.
 */
export function parseInlines(text: string): Inline[] {
  return new InlineReader(text).read();
}

class InlineReader {
  private readonly root: Frame = newFrame('', 0, 0);
  private readonly frames: Frame[] = [this.root];
  private readonly spans: Map<number, number>;
  private parentheses: Map<number, number> | null = null;
  private at = 0;

  constructor(private readonly text: string) {
    this.spans = spansByStart(text);
  }

  read(): Inline[] {
    while (this.at < this.text.length) {
      SPECIAL.lastIndex = this.at;
      const next = SPECIAL.exec(this.text)?.index ?? this.text.length;
      this.takeText(next);
      if (next < this.text.length) this.readSpecial(this.text[next] as string);
    }
    this.flattenTo(0);
    return this.root.children;
  }

  private readSpecial(sign: string): void {
    if (sign === '`') this.readTicks();
    else if (sign === '[') this.readOpeningBracket();
    else if (sign === ']') this.readClosingBracket();
    else if (sign === '@') this.readMention();
    else if (sign === '\\') this.takeText(this.at + (isSign(this.text[this.at + 1]) ? 2 : 1));
    else if (isSign(sign)) this.readSigns(sign);
    else this.readBareLink();
  }

  private get top(): Frame {
    return this.frames[this.frames.length - 1] as Frame;
  }

  private takeText(end: number): void {
    appendText(this.top.children, this.text.slice(this.at, end));
    this.at = end;
  }

  private readTicks(): void {
    const end = this.spans.get(this.at);
    if (end === undefined) return this.takeText(this.runEnd('`'));
    this.top.children.push({ type: 'code', text: codeOf(this.text.slice(this.at, end)) });
    this.at = end;
  }

  private readMention(): void {
    const mention = mentionAt(this.text, this.at);
    if (!mention) return this.takeText(this.at + 1);
    this.top.children.push(mention);
    this.at += mention.text.length;
  }

  private readBareLink(): void {
    const end = bareLinkEnd(this.text, this.at);
    if (end < 0) return this.takeText(this.at + 1);
    const href = this.text.slice(this.at, end);
    this.pushLink(href, [{ type: 'text', text: href }]);
    this.at = end;
  }

  private pushLink(href: string, children: Inline[]): void {
    this.top.children.push({ type: 'link', href, children });
    for (const frame of this.frames) frame.hasLink = true;
  }

  private readOpeningBracket(): void {
    if (this.frames.length > MAX_OPEN) return this.takeText(this.at + 1);
    this.frames.push(newFrame('[', 1, ++this.at));
  }

  private readClosingBracket(): void {
    const index = this.frames.findLastIndex((frame) => frame.isActive);
    const frame = this.frames[index];
    if (!frame) return this.takeText(this.at + 1);
    const end = this.text[this.at + 1] === '(' ? this.closingParenthesis(this.at + 1) : undefined;
    const target = end === undefined ? '' : this.text.slice(this.at + 2, end);
    if (end === undefined || !isLinkTarget(target) || !this.mayBeLink(frame, target)) {
      frame.isActive = false;
      while (this.top.sign === '[' && !this.top.isActive) this.flattenTo(this.frames.length - 2);
      return this.takeText(this.at + 1);
    }
    this.flattenTo(index);
    this.frames.pop();
    this.pushLink(target, frame.hasLink ? [{ type: 'text', text: target }] : frame.children);
    this.at = end + 1;
  }

  /** Something to click on, and no address that is another than the one behind it. */
  private mayBeLink(frame: Frame, target: string): boolean {
    const label = this.text.slice(frame.start, this.at);
    return frame.hasLink ? label === target : label.trim() !== '' && !label.includes('\n');
  }

  private closingParenthesis(open: number): number | undefined {
    this.parentheses ??= pairParentheses(this.text);
    return this.parentheses.get(open);
  }

  private readSigns(sign: string): void {
    const end = this.runEnd(sign);
    const count = end - this.at;
    if (!COUNTS[sign]?.includes(count)) return this.takeText(end);
    const before = this.text.charCodeAt(this.at - 1);
    const after = this.text.charCodeAt(end);
    const rest = !isSpaceUnit(before) && !isWordUnit(after) ? this.closeSigns(sign, count) : count;
    this.at = end - rest;
    if (rest === 0) return;
    const opens = rest === count && !isSpaceUnit(after) && !isWordUnit(before) && this.frames.length <= MAX_OPEN;
    if (!opens) return this.takeText(end);
    this.frames.push(newFrame(sign, count, end));
    this.at = end;
  }

  /** Closes what the signs can close, the innermost first; returns how many of them are left over. */
  private closeSigns(sign: string, count: number): number {
    let left = count;
    while (left > 0) {
      const index = this.frames.findLastIndex((frame) => frame.sign === sign && fits(frame.count, left));
      const frame = this.frames[index];
      if (!frame) break;
      this.flattenTo(index);
      const used = Math.min(frame.count, left) >= 2 ? 2 : 1;
      const node: Styled = { type: styleOf(sign, used), children: frame.children };
      frame.count -= used;
      left -= used;
      if (frame.count > 0) {
        frame.children = [node];
      } else {
        this.frames.pop();
        this.top.children.push(node);
      }
    }
    return left;
  }

  /** Turns the frames above `index` back into text and content. */
  private flattenTo(index: number): void {
    while (this.frames.length > index + 1) {
      const frame = this.frames.pop() as Frame;
      const { children } = this.top;
      appendText(children, frame.sign.repeat(frame.count));
      for (const child of frame.children) {
        if (child.type === 'text') appendText(children, child.text);
        else children.push(child);
      }
    }
  }

  private runEnd(sign: string): number {
    let end = this.at;
    while (this.text[end] === sign) end++;
    return end;
  }
}

function newFrame(sign: string, count: number, start: number): Frame {
  return { sign, count, isActive: sign === '[', hasLink: false, start, children: [] };
}

/** `**` closes `**`; only three signs can be spent in two steps. */
function fits(opened: number, closing: number): boolean {
  return opened === closing || opened === 3 || closing === 3;
}

function styleOf(sign: string, used: number): Styled['type'] {
  if (sign === '~') return 'strike';
  return used === 2 ? 'strong' : 'emphasis';
}

function isSign(char: string | undefined): boolean {
  return char === '*' || char === '_' || char === '~';
}

function appendText(children: Inline[], text: string): void {
  if (text === '') return;
  const last = children.at(-1);
  if (last?.type === 'text') last.text += text;
  else children.push({ type: 'text', text });
}

function spansByStart(text: string): Map<number, number> {
  const spans = new Map<number, number>();
  if (!text.includes('`')) return spans;
  let offset = 0;
  for (const line of text.split('\n')) {
    for (const [start, end] of codeSpans(line)) spans.set(offset + start, offset + end);
    offset += line.length + 1;
  }
  return spans;
}
