import type { KeyboardEvent } from 'react';
import { hasModifier } from './has-modifier.js';

/**
 * Arrow keys within a list that has one Tab stop: up, down, Home, End, and the first letters of a name. Items carry
 * `data-roving` with their name; the one that has focus, or the first, has `tabIndex` 0.
 */
export function moveByKeys(event: KeyboardEvent<HTMLElement>): void {
  if (isElsewhere(event) || hasModifier(event)) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-roving]')];
  const at = items.findIndex((item) => item.contains(document.activeElement));
  const target = targetOf(event.key, items, at);
  if (!target) return;
  event.preventDefault();
  target.focus();
}

function targetOf(key: string, items: HTMLElement[], at: number): HTMLElement | undefined {
  switch (key) {
    case 'ArrowDown':
      return items[Math.min(items.length - 1, at + 1)];
    case 'ArrowUp':
      return items[Math.max(0, at - 1)];
    case 'Home':
      return items[0];
    case 'End':
      return items.at(-1);
    default:
      return key.length === 1 && key !== ' ' ? startingWith(key, items, at) : undefined;
  }
}

function startingWith(letter: string, items: HTMLElement[], at: number): HTMLElement | undefined {
  const rotated = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return rotated.find((item) => item.dataset.roving?.toLowerCase().startsWith(letter.toLowerCase()));
}

/** The same for items side by side: left, right, Home, End. */
export function moveSideways(event: KeyboardEvent<HTMLElement>): void {
  if (isElsewhere(event) || hasModifier(event)) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-roving]')];
  const at = items.findIndex((item) => item.contains(document.activeElement));
  const places: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1 };
  const target = items[places[event.key] ?? -1];
  if (!target) return;
  event.preventDefault();
  event.stopPropagation();
  target.focus();
}

/** Keys pressed in a menu bubble through the button that opened it in React's tree, though not in the page's. */
function isElsewhere({ currentTarget, target }: KeyboardEvent<HTMLElement>): boolean {
  return !currentTarget.contains(target as Node);
}
