import { type FocusEvent, type RefCallback, useCallback, useEffect, useRef } from 'react';

interface KeptFocus {
  /** Of the list, or of what stands in its place once it is empty. */
  ref: RefCallback<HTMLElement>;
  tabIndex: -1;
  onFocus: (event: FocusEvent<HTMLElement>) => void;
  onBlur: (event: FocusEvent<HTMLElement>) => void;
}

/**
 * Keeps the focus in a list: when the focused item is removed, it moves to the following item, or to the preceding one
 * if it was the last, or to the list itself where no item has a button. `ids`: of the items, in their order. The list is
 * given what this returns.
 */
export function useKeptFocus(ids: readonly string[]): KeptFocus {
  const shown = useRef<HTMLElement>(null);
  const last = useRef<{ id: string; index: number } | null>(null);
  useEffect(() => {
    const { current: list } = shown;
    const { current: at } = last;
    if (!list || !at || ids.includes(at.id)) return;
    const { activeElement } = document;
    // A dialog that was opened from the item gives it back when it is closed.
    if (isOver(list, activeElement)) return;
    last.current = null;
    // Lost, it is at what surrounds the list; else it is where the reader has moved it.
    if (!activeElement?.contains(list)) return;
    const items = [...list.children];
    const near = [...items.slice(at.index), ...items.slice(0, at.index).reverse()];
    (near.flatMap((item) => item.querySelector('button') ?? [])[0] ?? list).focus();
  });
  return {
    ref: useCallback((element) => {
      shown.current = element;
    }, []),
    tabIndex: -1,
    onFocus: ({ currentTarget, target }) => {
      // Of what is in the page's list: the menu of an item is elsewhere, though React has it as a child.
      const index = [...currentTarget.children].findIndex((item) => item.contains(target));
      const id = ids[index];
      if (id !== undefined) last.current = { id, index };
    },
    onBlur: ({ currentTarget, target, relatedTarget }) => {
      // Not called for an item that is removed: React ignores events while it changes the page.
      if (currentTarget.contains(target) && !isOver(currentTarget, relatedTarget)) last.current = null;
    },
  };
}

/** Whether this is in a dialog or a menu that was opened over the list. */
function isOver(list: Element, element: Element | null): boolean {
  const over = element?.closest('[role="dialog"], [role="menu"]');
  return over ? !over.contains(list) : false;
}
