import { type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { type Extent, FITTED, keptInside, type Point, swipeOf, type Zoom, zoomedAt } from './zoom.js';

export const ZOOM_STEP = 1.5;
/** The scale that a double click leads to. */
const CLOSER = 2.5;
/** Pixels that an arrow key moves an enlarged picture by. */
const PAN_PX = 80;
const WHEEL_RATE = 1 / 400;

interface Options {
  stage: RefObject<HTMLElement | null>;
  picture: RefObject<HTMLElement | null>;
  /** Without it a picture that is not enlarged is moved like any other, as far as it is larger than the stage. */
  onSwipe?: (way: 'next' | 'previous' | 'close') => void;
}

interface Gesture {
  zoom: Zoom;
  middle: Point;
  /** Between two fingers; 0 with one. */
  spread: number;
}

/** Enlarges and moves a picture by wheel, fingers, mouse and buttons. */
export function useZoom({ stage, picture, onSwipe }: Options) {
  const [zoom, setZoom] = useState(FITTED);
  const settle = (next: Zoom) => setZoom(keptInside(next, extentOf(picture.current), extentOf(stage.current)));
  const fromMiddle = (point: Point) => relativeTo(point, stage.current);
  const gesture = useGesture({ zoom, setZoom, settle, fromMiddle, onSwipe });
  useWheel(stage, ({ deltaY, clientX, clientY }) => {
    settle(zoomedAt(zoom, Math.exp(-deltaY * WHEEL_RATE), fromMiddle({ x: clientX, y: clientY })));
  });
  return {
    zoom,
    isHeld: gesture.isHeld,
    reset: () => setZoom(FITTED),
    by: (factor: number) => settle(zoomedAt(zoom, factor, { x: 0, y: 0 })),
    pan: (x: number, y: number) => settle({ ...zoom, x: zoom.x + x * PAN_PX, y: zoom.y + y * PAN_PX }),
    handlers: {
      ...gesture.handlers,
      onDoubleClick: ({ clientX, clientY }: { clientX: number; clientY: number }) => {
        if (zoom.scale > 1) setZoom(FITTED);
        else settle(zoomedAt(zoom, CLOSER, fromMiddle({ x: clientX, y: clientY })));
      },
    },
  };
}

interface Gestures extends Pick<Options, 'onSwipe'> {
  zoom: Zoom;
  setZoom: (zoom: Zoom) => void;
  settle: (zoom: Zoom) => void;
  fromMiddle: (point: Point) => Point;
}

/** One pointer moves the picture, two enlarge it; where it is not enlarged, a swipe leads to the next one. */
function useGesture({ zoom, setZoom, settle, fromMiddle, onSwipe }: Gestures) {
  const [isHeld, setHeld] = useState(false);
  const pointers = useRef(new Map<number, Point>());
  const began = useRef<Gesture | null>(null);

  function begin(from: Zoom): void {
    const points = [...pointers.current.values()];
    setHeld(points.length > 0);
    began.current = points.length === 0 ? null : { zoom: from, ...measured(points) };
  }

  function move(): void {
    const from = began.current;
    if (from === null) return;
    const now = measured([...pointers.current.values()]);
    const factor = from.spread > 0 && now.spread > 0 ? now.spread / from.spread : 1;
    const grown = zoomedAt(from.zoom, factor, fromMiddle(from.middle));
    const moved = { ...grown, x: grown.x + now.middle.x - from.middle.x, y: grown.y + now.middle.y - from.middle.y };
    // Unenlarged it follows the finger until that is lifted.
    if (onSwipe && moved.scale === 1) setZoom(moved);
    else settle(moved);
  }

  function end({ pointerId }: PointerEvent): void {
    if (!pointers.current.delete(pointerId)) return;
    const isFitted = onSwipe !== undefined && zoom.scale === 1;
    const way = isFitted && pointers.current.size === 0 ? swipeOf(zoom) : null;
    if (isFitted) setZoom(FITTED);
    begin(isFitted ? FITTED : zoom);
    if (way !== null) onSwipe?.(way);
  }

  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      // Who takes the pointer takes the click, too: a button has to get its own.
      if (event.button !== 0 || (event.target as Element).closest('button')) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      begin(zoom);
    },
    onPointerMove: ({ pointerId, clientX, clientY }: PointerEvent<HTMLElement>) => {
      if (!pointers.current.has(pointerId)) return;
      pointers.current.set(pointerId, { x: clientX, y: clientY });
      move();
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
  return { isHeld, handlers };
}

/** React listens to the wheel passively, which would let the page behind zoom. */
function useWheel(stage: RefObject<HTMLElement | null>, onWheel: (event: WheelEvent) => void): void {
  const latest = useRef(onWheel);
  useEffect(() => {
    latest.current = onWheel;
  });
  useEffect(() => {
    const element = stage.current;
    const listen = (event: WheelEvent) => {
      event.preventDefault();
      latest.current(event);
    };
    element?.addEventListener('wheel', listen, { passive: false });
    return () => element?.removeEventListener('wheel', listen);
  }, [stage]);
}

function measured([first, second]: readonly Point[]): { middle: Point; spread: number } {
  if (!first) return { middle: { x: 0, y: 0 }, spread: 0 };
  if (!second) return { middle: first, spread: 0 };
  return {
    middle: { x: (first.x + second.x) / 2, y: (first.y + second.y) / 2 },
    spread: Math.hypot(first.x - second.x, first.y - second.y),
  };
}

function relativeTo({ x, y }: Point, stage: HTMLElement | null): Point {
  const box = stage?.getBoundingClientRect();
  return box ? { x: x - box.left - box.width / 2, y: y - box.top - box.height / 2 } : { x: 0, y: 0 };
}

/** As laid out, whatever it is enlarged to. */
function extentOf(element: HTMLElement | null): Extent {
  return { width: element?.offsetWidth ?? 0, height: element?.offsetHeight ?? 0 };
}
