import { useSyncExternalStore } from 'react';

/** `mouse`: whatever hovers, a pen above the screen too. `touch`: whatever only touches. */
export type Pointer = 'mouse' | 'touch';

const listeners = new Set<() => void>();
let current: Pointer = 'mouse';
let keyWasLast = false;
let focusByKey = false;

/**
 * Notes which pointer is in use, here and as `data-pointer` of the document for styles. Media queries tell only what a
 * device calls its first one: a mouse at a touch laptop or over a remote desktop is often not it.
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
  // Also what a tap is turned into: the focus moves with it.
  addEventListener('mousedown', notePress, options);
  addEventListener('keydown', noteKey, options);
  addEventListener('focusin', noteFocus, options);
}

export function pointerInUse(): Pointer {
  return current;
}

/** For what looks or works otherwise under a finger. @public */
export function usePointer(): Pointer {
  return useSyncExternalStore(subscribe, pointerInUse);
}

/** Whether keys brought the focus to where it is. Else a click or a tap did, and letters are not meant as commands. */
export function isFocusByKey(): boolean {
  return focusByKey;
}

function onPress({ pointerType }: PointerEvent): void {
  notePress();
  // A pen that hovers has told so before it came down; the others stay what they are.
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
