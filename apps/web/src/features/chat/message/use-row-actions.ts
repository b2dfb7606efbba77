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

/** What lies over a row. `closing`: the menu is going, and the focus is not back yet. */
type Opened = 'menu' | 'sheet' | 'closing' | 'picker' | 'delete' | 'receipts' | 'edits';

export interface RowActions {
  /** Pointer or focus are here, or something of the row is open: its toolbar is drawn. */
  active: boolean;
  opened: Opened | null;
  /** What the picker stands beside. */
  anchor: RefObject<HTMLElement | null>;
  open: (what: Opened, anchor?: HTMLElement) => void;
  /** Closes what is open. The focus goes back to where it was, unless `to` says where it goes. */
  close: (to?: () => void) => void;
  /** For the row's article. */
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
/** A finger that moves further than this scrolls. Pixels. */
const STILL_PX = 8;
/** Can rest on a row to open its sheet. */
const TOUCHING = new Set(['touch', 'pen']);
/** Have a menu of their own. */
const NATIVE = 'a, textarea, input';

/**
 * When a row shows what one can do with it: under the pointer, with the focus, by the menu key or Shift+F10, and by a
 * long press. `keys`: what single letters do while the row itself has the focus, unless a click gave it that.
 */
export function useRowActions(enabled: boolean, keys: Keys): RowActions {
  const [hovered, setHovered] = useState(false);
  const [within, setWithin] = useState(false);
  const hostRef = useRef<HTMLElement>(null);
  const { opened, anchor, open, close } = useOpened(hostRef, () => {
    // What was under pointer and focus went without a word, so both are looked up.
    setHovered(hostRef.current?.matches(':hover') ?? false);
    setWithin(hostRef.current?.contains(document.activeElement) ?? false);
  });
  const press = useLongPress(() => open('sheet'));
  const onContextMenu = (event: MouseEvent<HTMLElement>) => {
    const touched = TOUCHING.has((event.nativeEvent as globalThis.PointerEvent).pointerType);
    // The right button keeps the browser's own menu: words are copied by it.
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

/** What lies over the row, and where the focus goes after it. `onClosed` is called once it went there. */
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

/** Answers what takes the move of the focus that is made once nothing is open; `onClosed` is called after it. */
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
    // Only once a dialog is gone, which would not let the focus out.
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

/** Of the row itself: not of a dialog that it opened and that stands elsewhere, nor of what has a menu of its own. */
function isOwn(event: { currentTarget: Element; target: EventTarget }): boolean {
  const target = event.target as Element;
  return event.currentTarget.contains(target) && target.closest(NATIVE) === null;
}

/** A finger that rests. Some browsers tell it as `contextmenu`, others do not tell it at all. */
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
