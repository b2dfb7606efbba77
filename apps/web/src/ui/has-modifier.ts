type Key = Pick<KeyboardEvent, 'altKey' | 'ctrlKey' | 'metaKey'>;

/** Whether a key is part of a shortcut, which then belongs to the page or the browser. Shift alone makes none. */
export function hasModifier({ altKey, ctrlKey, metaKey }: Key): boolean {
  return altKey || ctrlKey || metaKey;
}
