import {
  defaultRangeExtractor,
  measureElement,
  type Range,
  useVirtualizer,
  type VirtualItem,
  type Virtualizer,
} from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Row } from '../message/row.js';
import { END_PX, keepPlace, type PlaceKeeper } from './kept-place.js';
import type { Target } from './use-jump.js';

const NOTHING = () => undefined;

/** More messages are asked for this long before the reader reaches either edge. Pixels. */
const AHEAD_PX = 1_500;
/** What stays in view above a row that was jumped to. Pixels. */
const LEAD_PX = 96;
/** Until then the first place is taken and the rows around it are measured. */
const SETTLE_MS = 120;
const DRAWN_FRAMES = 10;
/** Without a threshold nothing is "at the end". */
const NEVER_PX = -1;

export interface TimelineScroll {
  items: { key: string; index: number; start: number; end: number }[];
  height: number;
  /** The reader is at the newest message. */
  pinned: boolean;
  measure: (element: HTMLElement | null) => void;
  toEnd: () => void;
  /** Draws the row if it is not there, brings it into view and calls back with its element. */
  reveal: (index: number, then: (element: HTMLElement) => void) => void;
  /** Calls back with the row's element as soon as it is there, without going to it. */
  whenDrawn: (index: number, then: (element: HTMLElement) => void) => void;
  /** The lowest row of which at least half is in view; -1 without one. */
  lowestVisible: () => number;
}

interface Options {
  scroller: RefObject<HTMLDivElement | null>;
  rows: readonly Row[];
  /** The last row is the newest of all: what is appended to it is followed. Else it is a page among others. */
  isLive: boolean;
  /** Where to begin: the row that stands near the top, -1 for the end. */
  startAt: number;
  /** Where to go. */
  target: Target | null;
  /** Stays drawn even out of view, so that it keeps the focus. */
  focusedKey: string | null;
  onNearTop: () => void;
  onNearEnd: () => void;
}

/**
 * A list that is anchored at its end. The only file that knows the virtualizer.
 * Prepending, and growth above the view, move nothing that is read; at the end new rows are followed; my own send goes
 * to the end from anywhere; a changed size keeps the end, or the top row, where it was.
 */
export function useTimelineScroll(options: Options): TimelineScroll {
  const { scroller, rows, isLive, startAt, target, focusedKey } = options;
  const [pinned, setPinned] = useState(isLive && startAt < 0 && target === null);
  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows]);
  // oxlint-disable-next-line react/incompatible-library -- rows are memoised by hand, no compiler is used
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: useEstimates(rows),
    measureElement: measure,
    getItemKey,
    anchorTo: 'end',
    followOnAppend: isLive,
    scrollEndThreshold: isLive ? END_PX : NEVER_PX,
    scrollPaddingStart: LEAD_PX,
    paddingEnd: 14,
    overscan: 8,
    scrollToFn: scrollRelatively,
    rangeExtractor: (range) => withFocused(range, rows, focusedKey),
  });
  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = isAbove;
  const toEnd = useCallback(() => virtualizer.scrollToEnd(), [virtualizer]);

  const settled = useFirstPlace(virtualizer, rows.length, target === null ? startAt : null);
  useOwnSends(virtualizer, rows);
  const keeper = useKeptPlace(options, setPinned, settled);
  useTarget(virtualizer, keeper, rows, target);

  return {
    items: virtualizer.getVirtualItems().map(({ key, index, start, end }) => ({ key: String(key), index, start, end })),
    height: virtualizer.getTotalSize(),
    pinned,
    measure: virtualizer.measureElement,
    toEnd,
    reveal: (index, then) => {
      virtualizer.scrollToIndex(index, { align: 'auto' });
      whenDrawn(scroller, index, then);
    },
    whenDrawn: useCallback((index, then) => whenDrawn(scroller, index, then), [scroller]),
    lowestVisible: useCallback(() => {
      const view = scroller.current;
      if (!view) return -1;
      const [top, bottom] = [view.scrollTop, view.scrollTop + view.clientHeight];
      const seen = virtualizer.getVirtualItems().findLast(({ start, end }) => {
        const shown = Math.min(end, bottom) - Math.max(start, top);
        return shown >= Math.min(end - start, view.clientHeight) / 2;
      });
      return seen?.index ?? -1;
    }, [virtualizer, scroller]),
  };
}

type List = Virtualizer<HTMLDivElement, Element>;

/** What a row was first guessed to be, until it is measured: a guess that changed would move what is read, untold. */
function useEstimates(rows: readonly Row[]): (index: number) => number {
  const [first] = useState(() => new Map<string, number>());
  return (index) => {
    const row = rows[index];
    const size = (row && first.get(row.key)) ?? estimate(row);
    if (row) first.set(row.key, size);
    return size;
  };
}

/** The library forgets a measure that equals the guess, and takes the next one for the first. */
function measure(element: Element, entry: ResizeObserverEntry | undefined, list: List): number {
  const size = measureElement(element, entry, list);
  const item = list.measurementsCache[list.indexFromElement(element)];
  if (item?.size === size && !list.itemSizeCache.has(item.key)) list.itemSizeCache.set(item.key, size);
  return size;
}

/**
 * By as much as it takes, never to a position: Firefox scrolls in a thread of its own, and a position that is written
 * meanwhile undoes what the reader has scrolled since the page last heard of it; a distance is added to it.
 */
function scrollRelatively(
  offset: number,
  { adjustments = 0 }: { adjustments?: number },
  { scrollElement }: List,
): void {
  if (scrollElement) scrollElement.scrollBy(0, adjustments === 0 ? offset - scrollElement.scrollTop : adjustments);
}

/**
 * Whether a row that turns out higher or lower moves what is read. The library's own rule leaves rows out that change
 * once more while the reader scrolls back: an edit or a reaction then shifts what is read. And scrolling back, a row may
 * be in view before it is measured: what was read is below it.
 */
function isAbove({ key, start }: VirtualItem, _delta: number, list: List): boolean {
  const top = list.scrollOffset ?? 0;
  const measured = list.itemSizeCache.get(key);
  if (measured !== undefined) return start + measured <= top;
  return start < top + (list.scrollDirection === 'backward' ? (list.scrollRect?.height ?? 0) : 0);
}

/** Goes to the beginning of what is new, or to the end, once there are rows; null: elsewhere. Answers whether it did. */
function useFirstPlace(virtualizer: List, count: number, startAt: number | null): boolean {
  const [settled, setSettled] = useState(false);
  const started = useRef(false);
  useLayoutEffect(() => {
    if (started.current || count === 0) return;
    started.current = true;
    if (startAt !== null && startAt >= 0) virtualizer.scrollToIndex(startAt, { align: 'start' });
    else if (startAt !== null) virtualizer.scrollToEnd();
    // A prepend in the same task as a scroll command would undo it: older rows wait until the first place is taken.
    setTimeout(() => setSettled(true), SETTLE_MS);
  }, [virtualizer, count, startAt]);
  return settled;
}

/** My own send goes to the end from anywhere, with the row that appears at once. */
function useOwnSends(virtualizer: List, rows: readonly Row[]): void {
  const shown = useRef<string | null>(null);
  const last = rows.at(-1);
  const own = last?.pending ? last.key : null;
  useLayoutEffect(() => {
    if (own === null || own === shown.current) return;
    shown.current = own;
    virtualizer.scrollToEnd();
  }, [virtualizer, own]);
}

/** Goes to each target once, as soon as its row is among those held. */
function useTarget(
  virtualizer: List,
  keeper: RefObject<PlaceKeeper | null>,
  rows: readonly Row[],
  target: Target | null,
): void {
  const reached = useRef<Target | null>(null);
  useLayoutEffect(() => {
    if (target === null || target === reached.current) return;
    const index = indexOf(rows, target);
    if (index < 0) return;
    reached.current = target;
    keeper.current?.leave();
    if (target.seq === Number.POSITIVE_INFINITY) virtualizer.scrollToEnd();
    else virtualizer.scrollToIndex(index, { align: 'center' });
  }, [virtualizer, keeper, rows, target]);
}

function indexOf(rows: readonly Row[], { seq }: Target): number {
  return seq === Number.POSITIVE_INFINITY ? rows.length - 1 : rows.findIndex((row) => row.message?.seq === seq);
}

/** Keeps the place, says whether it is the end, and asks for more rows near the edges. */
function useKeptPlace(
  { scroller, isLive, onNearTop, onNearEnd }: Options,
  setPinned: (pinned: boolean) => void,
  settled: boolean,
): RefObject<PlaceKeeper | null> {
  const keeper = useRef<PlaceKeeper>(null);
  const edges = useRef(NOTHING);
  const live = useRef(isLive);
  useLayoutEffect(() => {
    live.current = isLive;
    edges.current = () => {
      const view = scroller.current;
      if (!view || !settled) return;
      if (view.scrollTop < AHEAD_PX) onNearTop();
      if (view.scrollHeight - view.scrollTop - view.clientHeight < AHEAD_PX) onNearEnd();
    };
    edges.current();
  });
  useEffect(() => {
    const view = scroller.current;
    const rows = view?.firstElementChild;
    if (!view || !(rows instanceof HTMLElement)) return;
    const made = keepPlace({ view, rows, isLive: () => live.current }, (place) => {
      setPinned(place.pinned);
      edges.current();
    });
    keeper.current = made;
    return made.stop;
  }, [scroller, setPinned]);
  return keeper;
}

/** A row that was gone to is drawn within a few frames. */
function whenDrawn(
  scroller: RefObject<HTMLDivElement | null>,
  index: number,
  then: (element: HTMLElement) => void,
  frames = DRAWN_FRAMES,
): void {
  requestAnimationFrame(() => {
    const element = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
    if (element) then(element);
    else if (frames > 0) whenDrawn(scroller, index, then, frames - 1);
  });
}

function withFocused(range: Range, rows: readonly Row[], key: string | null): number[] {
  const indexes = defaultRangeExtractor(range);
  const focused = key === null ? -1 : rows.findIndex((row) => row.key === key);
  if (focused < 0 || focused >= rows.length || indexes.includes(focused)) return indexes;
  return [...indexes, focused].sort((a, b) => a - b);
}

/** A first guess; what is drawn is measured. */
function estimate(row: Row | undefined): number {
  if (!row) return 40;
  if (row.message?.type === 'system') return 31 + (row.day ? 32 : 0);
  const text = row.message?.content ?? row.pending?.entry.content ?? '';
  const lines = text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 84)), 0);
  const quote = row.message?.replyTo || row.pending?.quoted ? 24 : 0;
  const reactions = row.message?.reactions.length ? 30 : 0;
  const dividers = (row.day ? 32 : 0) + (row.fresh ? 32 : 0) + (row.start ? 190 : 0);
  return lines * 22 + 3 + (row.head ? 35 : 0) + quote + reactions + dividers;
}
