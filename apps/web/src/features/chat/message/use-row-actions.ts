import {
  type FocusEvent,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from 'react';
import { isFocusByKey } from '../../../hooks/use-pointer.js';

/** What is open for a row. `closing`: the menu has closed, but the focus is not back yet. */
type Opened = 'menu' | 'sheet' | 'closing' | 'picker' | 'delete' | 'receipts' | 'edits' | 'report';

export interface RowActions {
  /** Whether the toolbar is drawn: the row has pointer or focus, or something of it is open. */
  active: boolean;
  opened: Opened | null;
  /** The element that the picker is placed beside. */
  anchor: RefObject<HTMLElement | null>;
  open: (what: Opened, anchor?: HTMLElement) => void;
  /** Closes what is open. `to` moves the focus; without it the focus returns to where it was. */
  close: (to?: () => void) => void;
  /** For the row's `<article>`. */
  handlers: RowHandlers;
}

interface RowHandlers {
  onPointerEnter: (event: PointerEvent<HTMLElement>) => void;
  onPointerLeave: () => void;
  onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  onPointerMove: (event: PointerEvent<HTMLElement>) => void;
  onPointerUp: () => void;
  onPointerCancel: () => void;
  onContextMenu: (event: MouseEvent<HTMLElement>) => void;
  onFocus: (event: FocusEvent<HTMLElement>) => void;
  onBlur: (event: FocusEvent<HTMLElement>) => void;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

const LONG_PRESS_MS = 500;
/** A touch that moves further than this is a scroll. Pixels. */
const STILL_PX = 8;
/** Pointers whose long press opens the menu as a sheet. */
const TOUCHING = new Set(['touch', 'pen']);
/** Elements for which the browser has a menu of its own. */
const NATIVE = 'a, textarea, input';

/**
 * The toolbar of a row is drawn while the row has the pointer or the focus; the menu key, Shift+F10 and a long press
 * open its menu. `keys`: what single letters do while the row itself has the focus, unless a click moved it there.
 */
export function useRowActions(enabled: boolean, keys: Keys): RowActions {
  const [hovered, setHovered] = useState(false);
  const [within, setWithin] = useState(false);
  const hostRef = useRef<HTMLElement>(null);
  const { opened, anchor, open, close } = useOpened(hostRef, () => {
    // An element that is removed sends neither `pointerleave` nor `blur`, so both are looked up.
    setHovered(hostRef.current?.matches(':hover') ?? false);
    setWithin(hostRef.current?.contains(document.activeElement) ?? false);
  });
  const press = useLongPress(() => open('sheet'));
  const onContextMenu = (event: MouseEvent<HTMLElement>) => {
    const touched = TOUCHING.has((event.nativeEvent as globalThis.PointerEvent).pointerType);
    // The right button keeps the browser's own menu, which copies text.
    if (!enabled || !isOwn(event) || (event.button === 2 && !touched)) return;
    event.preventDefault();
    press.cancel();
    if (opened === null) open(touched ? 'sheet' : 'menu');
  };

  const handlers: RowHandlers = {
    onPointerEnter: (event) => {
      hostRef.current = event.currentTarget;
      setHovered(event.pointerType !== 'touch');
    },
    onPointerLeave: () => {
      setHovered(false);
      press.cancel();
    },
    onPointerDown: (event) => {
      if (enabled && TOUCHING.has(event.pointerType) && isOwn(event)) press.begin(event);
    },
    onPointerMove: press.move,
    onPointerUp: press.cancel,
    onPointerCancel: press.cancel,
    onContextMenu,
    onFocus: (event) => {
      hostRef.current = event.currentTarget;
      setWithin(true);
    },
    onBlur: (event) => {
      if (!event.currentTarget.contains(event.relatedTarget)) setWithin(false);
    },
    onKeyDown: (event) => {
      if (enabled) onRowKey(event, keys, () => open('menu'));
    },
  };
  return { active: enabled && (hovered || within || opened !== null), opened, anchor, open, close, handlers };
}

type Keys = Readonly<Record<string, () => void>>;

function onRowKey(event: KeyboardEvent<HTMLElement>, keys: Keys, openMenu: () => void): void {
  if (event.target !== event.currentTarget) return;
  const menuKey = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
  const plain = isFocusByKey() && !event.ctrlKey && !event.metaKey && !event.altKey;
  const act = menuKey ? openMenu : plain ? keys[event.key.toLowerCase()] : undefined;
  if (!act) return;
  act();
  event.preventDefault();
}

/** What is open for the row. `onClosed` is called once it is closed and the focus has moved. */
function useOpened(hostRef: RefObject<HTMLElement | null>, onClosed: () => void) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const anchor = useRef<HTMLElement>(null);
  const opener = useRef<Element>(null);
  const whenClosed = useWhenClosed(opened, onClosed);

  function goBack() {
    const from = opener.current;
    if (from instanceof HTMLElement && from !== document.body) (from.isConnected ? from : hostRef.current)?.focus();
  }

  return {
    opened,
    anchor,
    open: (what: Opened, beside?: HTMLElement) => {
      if (opened === null) opener.current = document.activeElement;
      if (beside) anchor.current = beside;
      setOpened(what);
    },
    close: (to: () => void = goBack) => {
      whenClosed(to);
      setOpened(null);
    },
  };
}

/** Returns a function that takes the next move of the focus: it runs once nothing is open, and `onClosed` after it. */
function useWhenClosed(opened: Opened | null, onClosed: () => void): (move: () => void) => void {
  const next = useRef<(() => void) | null>(null);
  const closed = useRef(onClosed);
  useEffect(() => {
    closed.current = onClosed;
  });
  useEffect(() => {
    if (opened !== null || next.current === null) return;
    const move = next.current;
    next.current = null;
    // Later, since a dialog keeps the focus inside until it is removed.
    const timer = setTimeout(() => {
      move();
      closed.current();
    });
    return () => clearTimeout(timer);
  }, [opened]);
  return (move) => {
    next.current = move;
  };
}

/**
 * Whether an event is of the row itself: not of a dialog that React has as its child, nor of an element in `NATIVE`.
 */
function isOwn(event: { currentTarget: Element; target: EventTarget }): boolean {
  const target = event.target as Element;
  return event.currentTarget.contains(target) && target.closest(NATIVE) === null;
}

/** A long press by touch, which only some browsers report, as `contextmenu`. */
function useLongPress(act: () => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const from = useRef({ x: 0, y: 0 });
  const cancel = () => clearTimeout(timer.current);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    begin: (event: PointerEvent<HTMLElement>) => {
      cancel();
      from.current = { x: event.clientX, y: event.clientY };
      timer.current = setTimeout(act, LONG_PRESS_MS);
    },
    move: (event: PointerEvent<HTMLElement>) => {
      const moved = Math.hypot(event.clientX - from.current.x, event.clientY - from.current.y);
      if (moved > STILL_PX) cancel();
    },
    cancel,
  };
}
