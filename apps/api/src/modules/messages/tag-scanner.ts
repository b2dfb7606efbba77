/** Where in a tag the reader is, after the HTML standard's tokenizer. */
const BARE = 0;
const BEFORE_NAME = 1;
const NAME = 2;
const AFTER_NAME = 3;
const BEFORE_VALUE = 4;
const UNQUOTED = 5;
const DOUBLE = 6;
const SINGLE = 7;
const HAS_VALUE = 8;
const CLOSING = 16;

const [TAB, LINE_FEED, FORM_FEED, RETURN, SPACE] = [0x09, 0x0a, 0x0c, 0x0d, 0x20];
const [DOUBLE_QUOTE, SINGLE_QUOTE, SLASH, EQUALS, GREATER] = [0x22, 0x27, 0x2f, 0x3d, 0x3e];

/**
 * Finds the ends of tags. One scanner serves one pass over a text in which no tag that was found is entered again:
 * it remembers by which states each place was passed in vain, so the whole pass costs at most 32 steps a character,
 * however many tags were begun and not ended.
 */
export class TagScanner {
  private readonly passed: Uint32Array;

  constructor(private readonly text: string) {
    this.passed = new Uint32Array(text.length);
  }

  /** The place behind the `>` of a tag that has no attributes or one with a `=`; -1 if there is none before `limit`. */
  endOf(tag: { nameEnd: number; isClosing: boolean }, limit: number): number {
    let state = BARE;
    let flags = tag.isClosing ? CLOSING : 0;
    for (let at = tag.nameEnd; at < limit; at++) {
      const bit = 2 ** (state + flags);
      const passed = this.passed[at] as number;
      if ((passed & bit) !== 0) return -1;
      this.passed[at] = passed | bit;
      const unit = this.text.charCodeAt(at);
      if (unit === GREATER && state < DOUBLE) {
        return state === BARE || (flags & HAS_VALUE) !== 0 ? at + 1 : -1;
      }
      state = nextState(state, unit, tag.isClosing);
      if (state === BEFORE_VALUE) flags |= HAS_VALUE;
    }
    return -1;
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
