import { type FocusEvent, type RefObject, useEffect, useRef } from 'react';

interface KeptFocus {
  ref: RefObject<HTMLUListElement | null>;
  onFocus: (event: FocusEvent<HTMLUListElement>) => void;
  onBlur: (event: FocusEvent<HTMLUListElement>) => void;
}

/**
 * Keeps the focus in a list: when the focused item is removed, it moves to the following item, or to the preceding one
 * if it was the last. `ids`: of the items, in their order. The list is given what this returns.
 */
export function useKeptFocus(ids: readonly string[]): KeptFocus {
  const ref = useRef<HTMLUListElement>(null);
  const last = useRef<{ id: string; index: number } | null>(null);
  useEffect(() => {
    const { current: list } = ref;
    const { current: at } = last;
    // A dialog that was opened from the item gives the focus back when it is closed.
    if (!list || !at || ids.includes(at.id) || document.activeElement !== document.body) return;
    last.current = null;
    const items = [...list.children];
    const near = [...items.slice(at.index), ...items.slice(0, at.index).reverse()];
    near.flatMap((item) => item.querySelector('button') ?? [])[0]?.focus();
  });
  return {
    ref,
    onFocus: ({ currentTarget, target }) => {
      // Of what is in the page's list: the menu of an item is elsewhere, though React has it as a child.
      const index = [...currentTarget.children].findIndex((item) => item.contains(target));
      const id = ids[index];
      if (id !== undefined) last.current = { id, index };
    },
    onBlur: ({ currentTarget, target, relatedTarget }) => {
      // Not called for an item that is removed: React ignores events while it changes the page.
      if (relatedTarget === null && currentTarget.contains(target)) last.current = null;
    },
  };
}
