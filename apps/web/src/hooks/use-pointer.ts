import { useSyncExternalStore } from 'react';

/** `mouse`: pointers that hover, such as a pen above the screen. `touch`: pointers that only touch. */
export type Pointer = 'mouse' | 'touch';

const listeners = new Set<() => void>();
let current: Pointer = 'mouse';
let keyWasLast = false;
let focusByKey = false;

/**
 * Tracks which pointer is in use, for scripts and as `data-pointer` of the document for styles. Media queries describe
 * the primary pointer of a device, which a mouse at a touch laptop or over a remote desktop often is not.
 */
export function watchPointer(): void {
  set(matchMedia('(pointer: coarse)').matches ? 'touch' : 'mouse');
  const options = { capture: true, passive: true };
  addEventListener(
    'pointermove',
    (event) => event.pointerType !== 'touch' && event.buttons === 0 && set('mouse'),
    options,
  );
  addEventListener('pointerdown', onPress, options);
  // Also for the mouse events that a tap is turned into, which move the focus.
  addEventListener('mousedown', notePress, options);
  addEventListener('keydown', noteKey, options);
  addEventListener('focusin', noteFocus, options);
}

export function pointerInUse(): Pointer {
  return current;
}

/** The pointer in use, for what looks or works differently by touch. @public */
export function usePointer(): Pointer {
  return useSyncExternalStore(subscribe, pointerInUse);
}

/** Whether the keyboard moved the focus. After a click or a tap single letters are not commands. */
export function isFocusByKey(): boolean {
  return focusByKey;
}

function onPress({ pointerType }: PointerEvent): void {
  notePress();
  // A hovering pen was reported before it touched the screen; other pointers keep their type.
  if (pointerType !== 'pen') set(pointerType === 'touch' ? 'touch' : 'mouse');
}

function notePress(): void {
  keyWasLast = false;
  focusByKey = false;
}

function noteKey(): void {
  keyWasLast = true;
}

function noteFocus(): void {
  focusByKey = keyWasLast;
}

function set(next: Pointer): void {
  document.documentElement.dataset.pointer = next;
  if (next === current) return;
  current = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
