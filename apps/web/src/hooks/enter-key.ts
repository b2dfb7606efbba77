import { useStore } from 'zustand';
import { keptChoice } from './kept-choice.js';
import { usePointer } from './use-pointer.js';

/**
 * What Enter does in text fields. `auto`: it breaks the line by touch, where the keyboard has no other key for that.
 */
export type EnterChoice = 'auto' | 'sends' | 'breaks';

const enter = keptChoice<EnterChoice>('parley.enter', ['auto', 'sends', 'breaks']);

export const enterStore = enter.store;
export const chooseEnter = enter.choose;
export const startEnterKey = enter.follow;

/** Whether Enter sends; else it breaks the line. Shift+Enter always breaks it, Ctrl or ⌘ with Enter always sends. */
export function useEnterSends(): boolean {
  const { choice } = useStore(enterStore);
  const pointer = usePointer();
  return choice === 'auto' ? pointer !== 'touch' : choice === 'sends';
}

/** Whether this key sends the text. */
export function isSendKey(
  {
    key,
    shiftKey,
    ctrlKey,
    metaKey,
    altKey,
  }: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  enterSends: boolean,
): boolean {
  if (key !== 'Enter' || shiftKey || altKey) return false;
  return enterSends || ctrlKey || metaKey;
}
