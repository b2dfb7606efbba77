import { defaultRangeExtractor, type Range, useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { END_PX, keepPlace } from './kept-place.js';
import type { Row } from './rows.js';

const NOTHING = () => undefined;

/** Older messages are asked for this long before the reader reaches the top. Pixels. */
const AHEAD_PX = 1_500;
/** What stays in view above a row that was jumped to. Pixels. */
const LEAD_PX = 96;
/** Until then the first place is taken and the rows around it are measured. */
const SETTLE_MS = 120;

export interface TimelineScroll {
  items: { key: string; index: number; start: number; end: number }[];
  height: number;
  /** The reader is at the newest message. */
  pinned: boolean;
  measure: (element: HTMLElement | null) => void;
  toEnd: () => void;
  /** Draws the row if it is not there, brings it into view and calls back with its element. */
  reveal: (index: number, then: (element: HTMLElement) => void) => void;
  /** The lowest row of which at least half is in view; -1 without one. */
  lowestVisible: () => number;
}

interface Options {
  scroller: RefObject<HTMLDivElement | null>;
  rows: readonly Row[];
  /** Where to begin: the row that stands near the top, -1 for the end. */
  startAt: number;
  /** Stays drawn even out of view, so that it keeps the focus. */
  focusedKey: string | null;
  onNearTop: () => void;
}

/**
 * A list that is anchored at its end. The only file that knows the virtualizer.
 * Prepending, and growth above the view, move nothing that is read; at the end new rows are followed; my own send goes
 * to the end from anywhere; a changed size keeps the end, or the top row, where it was.
 */
export function useTimelineScroll({ scroller, rows, startAt, focusedKey, onNearTop }: Options): TimelineScroll {
  const [pinned, setPinned] = useState(startAt < 0);
  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows]);
  // oxlint-disable-next-line react/incompatible-library -- rows are memoised by hand, no compiler is used
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(rows[index]),
    getItemKey,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: END_PX,
    scrollPaddingStart: LEAD_PX,
    paddingEnd: 14,
    overscan: 8,
    rangeExtractor: (range) => withFocused(range, rows, focusedKey),
  });
  const toEnd = useCallback(() => virtualizer.scrollToEnd(), [virtualizer]);

  const settled = useFirstPlace(virtualizer, rows.length, startAt);
  useOwnSends(virtualizer, rows);
  useKeptPlace(scroller, setPinned, settled ? onNearTop : NOTHING);

  return {
    items: virtualizer.getVirtualItems().map(({ key, index, start, end }) => ({ key: String(key), index, start, end })),
    height: virtualizer.getTotalSize(),
    pinned,
    measure: virtualizer.measureElement,
    toEnd,
    reveal: (index, then) => {
      virtualizer.scrollToIndex(index, { align: 'auto' });
      requestAnimationFrame(() => {
        const element = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
        if (element) then(element);
      });
    },
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

/** Goes to the beginning of what is new, or to the end, once there are rows. Answers whether that is done. */
function useFirstPlace(virtualizer: List, count: number, startAt: number): boolean {
  const [settled, setSettled] = useState(false);
  const started = useRef(false);
  useLayoutEffect(() => {
    if (started.current || count === 0) return;
    started.current = true;
    if (startAt >= 0) virtualizer.scrollToIndex(startAt, { align: 'start' });
    else virtualizer.scrollToEnd();
    // A prepend in the same task as a scroll command would undo it: older rows wait until the first place is taken.
    setTimeout(() => setSettled(true), SETTLE_MS);
  }, [virtualizer, count, startAt]);
  return settled;
}

/** My own send goes to the end from anywhere, with the row that appears at once. */
function useOwnSends(virtualizer: List, rows: readonly Row[]): void {
  const shown = useRef<string | null>(null);
  const last = rows.at(-1);
  const own = last?.entry ? last.key : null;
  useLayoutEffect(() => {
    if (own === null || own === shown.current) return;
    shown.current = own;
    virtualizer.scrollToEnd();
  }, [virtualizer, own]);
}

/** Keeps the place, says whether it is the end, and asks for older rows near the top. */
function useKeptPlace(
  scroller: RefObject<HTMLDivElement | null>,
  setPinned: (pinned: boolean) => void,
  onNearTop: () => void,
): void {
  const nearTop = useRef(onNearTop);
  useLayoutEffect(() => {
    nearTop.current = onNearTop;
    if (scroller.current && scroller.current.scrollTop < AHEAD_PX) onNearTop();
  });
  useEffect(() => {
    const view = scroller.current;
    const rows = view?.firstElementChild;
    if (!view || !(rows instanceof HTMLElement)) return;
    return keepPlace(view, rows, (place) => {
      setPinned(place.pinned);
      if (view.scrollTop < AHEAD_PX) nearTop.current();
    });
  }, [scroller, setPinned]);
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
  const text = row.message?.content ?? row.entry?.content ?? '';
  const lines = text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 84)), 0);
  return lines * 22 + 3 + (row.head ? 35 : 0) + (row.day ? 32 : 0) + (row.fresh ? 32 : 0) + (row.start ? 190 : 0);
}
