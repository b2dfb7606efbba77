/** Where in a tag the reader is, after the HTML standard's tokenizer. */
const BARE = 0;
const BEFORE_NAME = 1;
const NAME = 2;
const AFTER_NAME = 3;
const BEFORE_VALUE = 4;
const UNQUOTED = 5;
const DOUBLE = 6;
const SINGLE = 7;
const INNER = 7;
/** An attribute with a `=`, or whose name begins with `on`. */
const ACTIVE = 8;
const CLOSING = 16;

const [TAB, LINE_FEED, FORM_FEED, RETURN, SPACE] = [0x09, 0x0a, 0x0c, 0x0d, 0x20];
const [LOWER, O, N] = [0x20, 0x6f, 0x6e];
const [DOUBLE_QUOTE, SINGLE_QUOTE, SLASH, EQUALS, GREATER] = [0x22, 0x27, 0x2f, 0x3d, 0x3e];

/** A tag's end, behind its `>`, and whether it has an attribute that can do something. */
export interface TagEnd {
  end: number;
  isActive: boolean;
}

/**
 * Finds the ends of tags. One scanner serves one pass over a text whose limits change with the direction of the pass. What
 * comes of a place and a state is always the same and is remembered, so the whole pass costs at most 32 steps a character,
 * however many tags are begun in each other.
 */
export class TagScanner {
  /** By state: what comes of each place, as `end * 2 + isActive`; -1 where no tag ends. 0 is not known yet. */
  private readonly known: (Int32Array | undefined)[] = [];
  private readonly states: Uint8Array;

  constructor(private readonly text: string) {
    this.states = new Uint8Array(text.length);
  }

  /** Null where the tag does not end before `limit`. */
  endOf(tag: { nameEnd: number; isClosing: boolean }, limit: number): TagEnd | null {
    let state = tag.isClosing ? CLOSING : BARE;
    let result = -1;
    let at = tag.nameEnd;
    for (; at < limit; at++) {
      const known = this.known[state]?.[at] ?? 0;
      if (known !== 0) {
        result = known;
        break;
      }
      this.states[at] = state;
      const unit = this.text.charCodeAt(at);
      if (unit === GREATER && (state & INNER) < DOUBLE) {
        result = (at + 1) * 2 + ((state & ACTIVE) === 0 ? 0 : 1);
        at++;
        break;
      }
      state = this.next(state, unit, at);
    }
    this.remember({ from: tag.nameEnd, to: at }, result);
    return result === -1 || result >> 1 > limit ? null : { end: result >> 1, isActive: (result & 1) === 1 };
  }

  private next(state: number, unit: number, at: number): number {
    const inner = state & INNER;
    const next = nextState(inner, unit, (state & CLOSING) !== 0);
    const isHandler =
      inner !== NAME && next === NAME && (unit | LOWER) === O && (this.text.charCodeAt(at + 1) | LOWER) === N;
    return next | (state & (CLOSING | ACTIVE)) | (isHandler || next === BEFORE_VALUE ? ACTIVE : 0);
  }

  private remember({ from, to }: { from: number; to: number }, result: number): void {
    for (let at = from; at < to; at++) {
      const state = this.states[at] as number;
      this.known[state] ??= new Int32Array(this.text.length);
      this.known[state][at] = result;
    }
  }
}

function nextState(state: number, unit: number, isClosing: boolean): number {
  switch (state) {
    case BARE:
    case BEFORE_NAME:
      return isSpace(unit) || unit === SLASH ? state : NAME;
    case NAME:
    case AFTER_NAME:
      if (unit === EQUALS) return BEFORE_VALUE;
      if (unit === SLASH) return BEFORE_NAME;
      return isSpace(unit) ? AFTER_NAME : NAME;
    case BEFORE_VALUE:
      if (isSpace(unit)) return BEFORE_VALUE;
      if (isClosing) return UNQUOTED;
      return quoteState(unit);
    case DOUBLE:
      return unit === DOUBLE_QUOTE ? BEFORE_NAME : DOUBLE;
    case SINGLE:
      return unit === SINGLE_QUOTE ? BEFORE_NAME : SINGLE;
    default:
      return isSpace(unit) ? BEFORE_NAME : UNQUOTED;
  }
}

function quoteState(unit: number): number {
  if (unit === DOUBLE_QUOTE) return DOUBLE;
  return unit === SINGLE_QUOTE ? SINGLE : UNQUOTED;
}

function isSpace(unit: number): boolean {
  return unit === SPACE || unit === LINE_FEED || unit === TAB || unit === RETURN || unit === FORM_FEED;
}
