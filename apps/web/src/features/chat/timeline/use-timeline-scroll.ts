import {
  defaultRangeExtractor,
  measureElement,
  type Range,
  useVirtualizer,
  type VirtualItem,
  type Virtualizer,
} from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useHasFiles } from '../../../hooks/use-has-files.js';
import { holds, type Row } from '../message/row.js';
import { END_PX, keepPlace, type PlaceKeeper } from './kept-place.js';
import { estimateHeight } from './row-height.js';
import type { Target } from './use-jump.js';

const NOTHING = () => undefined;

/** More messages are loaded when either edge is nearer than this. Pixels. */
const AHEAD_PX = 1_500;
/** Space above a row that was jumped to. Pixels. */
const LEAD_PX = 96;
/** Time for scrolling to the first position and measuring the rows there. */
const SETTLE_MS = 120;
/** A row that is not drawn after this time is not waited for. */
const DRAWN_MS = 3_000;
/** With this threshold no position counts as the end. */
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
  /** The rows that are at least partly in view, the first and the last; null without any. */
  inView: () => { top: number; low: number } | null;
}

interface Options {
  scroller: RefObject<HTMLDivElement | null>;
  rows: readonly Row[];
  /** Whether the last row is the newest message: then the list follows what is appended. */
  isLive: boolean;
  /** The row that the list begins at; -1: at the end. */
  startAt: number;
  /** The message to jump to. */
  target: Target | null;
  /** This row is drawn even out of view, so that it keeps the focus. */
  focusedKey: string | null;
  onNearTop: () => void;
  onNearEnd: () => void;
}

/**
 * A list that is anchored at its end. The only file that knows the virtualizer.
 * Rows that are prepended, or become higher above the view, move no row in view. At the end the list follows new rows.
 * My own send scrolls to the end from anywhere. A resized list stays at its end, or keeps its top row in place.
 */
export function useTimelineScroll(options: Options): TimelineScroll {
  const { scroller, rows, isLive, startAt, target } = options;
  const [pinned, setPinned] = useState(isLive && startAt < 0 && target === null);
  const virtualizer = useRowVirtualizer(options);
  const settled = useFirstPlace(virtualizer, rows.length, target === null ? startAt : null);
  useOwnSends(virtualizer, rows);
  const keeper = useKeptPlace(options, setPinned, settled);
  useTarget(virtualizer, keeper, rows, target);
  return {
    items: virtualizer.getVirtualItems().map(({ key, index, start, end }) => ({ key: String(key), index, start, end })),
    height: virtualizer.getTotalSize(),
    pinned,
    measure: virtualizer.measureElement,
    toEnd: useCallback(() => virtualizer.scrollToEnd(), [virtualizer]),
    reveal: (index, then) => {
      virtualizer.scrollToIndex(index, { align: 'auto' });
      whenDrawn(scroller, index, then);
    },
    whenDrawn: useCallback((index, then) => whenDrawn(scroller, index, then), [scroller]),
    inView: useCallback(() => inView(virtualizer, scroller.current), [virtualizer, scroller]),
    lowestVisible: useCallback(() => lowestVisible(virtualizer, scroller.current), [virtualizer, scroller]),
  };
}

function useRowVirtualizer({ scroller, rows, isLive, focusedKey }: Options): List {
  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows]);
  // oxlint-disable-next-line react/incompatible-library -- rows are memoised by hand, no compiler is used
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: useEstimates(rows, scroller),
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
  return virtualizer;
}

function lowestVisible(virtualizer: List, view: HTMLElement | null): number {
  if (!view) return -1;
  const [top, bottom] = [view.scrollTop, view.scrollTop + view.clientHeight];
  const seen = virtualizer.getVirtualItems().findLast(({ start, end }) => {
    const shown = Math.min(end, bottom) - Math.max(start, top);
    return shown >= Math.min(end - start, view.clientHeight) / 2;
  });
  return seen?.index ?? -1;
}

function inView(virtualizer: List, view: HTMLElement | null): ReturnType<TimelineScroll['inView']> {
  if (!view) return null;
  const [top, bottom] = [view.scrollTop, view.scrollTop + view.clientHeight];
  const shown = virtualizer.getVirtualItems().filter(({ start, end }) => end > top && start < bottom);
  const [first, last] = [shown[0], shown.at(-1)];
  return first && last ? { top: first.index, low: last.index } : null;
}

type List = Virtualizer<HTMLDivElement, Element>;

/** The first estimate of a row holds until it is measured: a changing estimate would move the rows in view. */
function useEstimates(rows: readonly Row[], scroller: Options['scroller']): (index: number) => number {
  const hasFiles = useHasFiles();
  const [first] = useState(() => new Map<string, number>());
  return (index) => {
    const row = rows[index];
    const width = scroller.current?.clientWidth ?? window.innerWidth;
    const size = (row && first.get(row.key)) ?? estimateHeight(row, { hasFiles, width });
    if (row) first.set(row.key, size);
    return size;
  };
}

/** The library drops a measurement that equals the estimate, and treats the next one as the first. */
function measure(element: Element, entry: ResizeObserverEntry | undefined, list: List): number {
  const size = measureElement(element, entry, list);
  const item = list.measurementsCache[list.indexFromElement(element)];
  if (item?.size === size && !list.itemSizeCache.has(item.key)) list.itemSizeCache.set(item.key, size);
  return size;
}

/**
 * Scrolls by a distance instead of to a position: Firefox scrolls in a thread of its own, where a position undoes what
 * the reader has scrolled meanwhile, while a distance is added to it.
 */
function scrollRelatively(
  offset: number,
  { adjustments = 0 }: { adjustments?: number },
  { scrollElement }: List,
): void {
  if (scrollElement) scrollElement.scrollBy(0, adjustments === 0 ? offset - scrollElement.scrollTop : adjustments);
}

/**
 * Whether a row whose height changes needs the scroll position adjusted. The library's own rule leaves out rows that
 * change again while the reader scrolls back, so that an edit or a reaction shifts what is read. While scrolling back,
 * a row may be in view before it is measured: what is read is then below it.
 */
function isAbove({ key, start }: VirtualItem, _delta: number, list: List): boolean {
  const top = list.scrollOffset ?? 0;
  const measured = list.itemSizeCache.get(key);
  if (measured !== undefined) return start + measured <= top;
  return start < top + (list.scrollDirection === 'backward' ? (list.scrollRect?.height ?? 0) : 0);
}

/** Scrolls to `startAt` once there are rows; null: the list begins at a target. Returns whether that is done. */
function useFirstPlace(virtualizer: List, count: number, startAt: number | null): boolean {
  const [settled, setSettled] = useState(false);
  const started = useRef(false);
  useLayoutEffect(() => {
    if (started.current || count === 0) return;
    started.current = true;
    if (startAt !== null && startAt >= 0) virtualizer.scrollToIndex(startAt, { align: 'start' });
    else if (startAt !== null) virtualizer.scrollToEnd();
    // Rows prepended in the same task would undo the scrolling: older messages are loaded only after it.
    setTimeout(() => setSettled(true), SETTLE_MS);
  }, [virtualizer, count, startAt]);
  return settled;
}

/** Scrolls to the end with the pending row of my own send. */
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

/** Scrolls to each target once, as soon as its row is loaded. */
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
  return seq === Number.POSITIVE_INFINITY ? rows.length - 1 : rows.findIndex((row) => holds(row, seq));
}

/** Keeps the reader's position, reports whether it is the end, and loads more messages near the edges. */
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

/** The virtualizer draws a row that was scrolled to within a few frames, of which a busy machine has few. */
function whenDrawn(
  scroller: RefObject<HTMLDivElement | null>,
  index: number,
  then: (element: HTMLElement) => void,
  end = performance.now() + DRAWN_MS,
): void {
  requestAnimationFrame(() => {
    const element = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
    if (element) then(element);
    else if (performance.now() < end) whenDrawn(scroller, index, then, end);
  });
}

function withFocused(range: Range, rows: readonly Row[], key: string | null): number[] {
  const indexes = defaultRangeExtractor(range);
  const focused = key === null ? -1 : rows.findIndex((row) => row.key === key);
  if (focused < 0 || focused >= rows.length || indexes.includes(focused)) return indexes;
  return [...indexes, focused].sort((a, b) => a - b);
}
