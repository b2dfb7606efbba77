import { defaultRangeExtractor, type Range, useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Row } from './rows.js';

/** Closer than this to the end counts as being there, and new messages keep it there. Pixels. */
const END_PX = 80;
/** Older messages are asked for this long before the reader reaches the top. Pixels. */
const AHEAD_PX = 1_500;
/** What stays in view above a row that was jumped to. Pixels. */
const LEAD_PX = 96;
/** Frames for which the top row is held after the width changed and the rows are measured again. */
const HOLD_FRAMES = 4;
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
  const nearTop = useRef(onNearTop);
  useLayoutEffect(() => {
    nearTop.current = settled ? onNearTop : () => undefined;
  });
  useKeptPlace(scroller, setPinned, nearTop);
  const height = virtualizer.getTotalSize();
  // Looked at again whenever the height changed.
  useEffect(() => {
    // Rows that fit without scrolling bring no scroll event: the reader is at the end all the same.
    const view = scroller.current;
    if (view && placeOf(view).pinned) setPinned(true);
    if (view && view.scrollTop < AHEAD_PX) nearTop.current();
  }, [scroller, height, settled]);

  return {
    items: virtualizer.getVirtualItems().map(({ key, index, start, end }) => ({ key: String(key), index, start, end })),
    height,
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

/** Notes the place while scrolling, and goes back to it when the list itself changes its size. */
function useKeptPlace(
  scroller: RefObject<HTMLDivElement | null>,
  setPinned: (pinned: boolean) => void,
  nearTop: RefObject<() => void>,
): void {
  useEffect(() => {
    const view = scroller.current;
    if (!view) return;
    let place = placeOf(view);
    let width = view.clientWidth;
    let held = 0;
    const onScroll = () => {
      place = placeOf(view);
      setPinned(place.pinned);
      if (view.scrollTop < AHEAD_PX) nearTop.current();
    };
    const hold = () => {
      restore(view, place);
      held -= 1;
      if (held > 0) requestAnimationFrame(hold);
    };
    const observer = new ResizeObserver(() => {
      // Written by hand: the virtualizer's own command would still reckon with the old size here.
      if (place.pinned) view.scrollTop = view.scrollHeight;
      else if (view.clientWidth !== width) {
        held = HOLD_FRAMES;
        hold();
      }
      width = view.clientWidth;
    });
    view.addEventListener('scroll', onScroll, { passive: true });
    observer.observe(view);
    return () => {
      view.removeEventListener('scroll', onScroll);
      observer.disconnect();
    };
  }, [scroller, setPinned, nearTop]);
}

interface Place {
  pinned: boolean;
  key: string | null;
  /** Of the top visible row, from the top of the view. */
  offset: number;
}

function placeOf(view: HTMLElement): Place {
  const pinned = view.scrollHeight - view.scrollTop - view.clientHeight <= END_PX;
  const top = view.getBoundingClientRect().top;
  if (pinned) return { pinned, key: null, offset: 0 };
  for (const row of view.querySelectorAll<HTMLElement>('[data-client-id]')) {
    const box = row.getBoundingClientRect();
    if (box.bottom > top) return { pinned, key: row.dataset.clientId ?? null, offset: box.top - top };
  }
  return { pinned, key: null, offset: 0 };
}

function restore(view: HTMLElement, { key, offset }: Place): void {
  const row = key === null ? null : view.querySelector<HTMLElement>(`[data-client-id="${CSS.escape(key)}"]`);
  if (row) view.scrollTop += row.getBoundingClientRect().top - view.getBoundingClientRect().top - offset;
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
