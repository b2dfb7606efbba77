import { useStore } from 'zustand';
import { keptChoice } from './kept-choice.js';
import { usePointer } from './use-pointer.js';

/** What Enter does where one writes. `auto`: a keyboard on the screen has no other way to a new line. */
export type EnterChoice = 'auto' | 'sends' | 'breaks';

const enter = keptChoice<EnterChoice>('parley.enter', ['auto', 'sends', 'breaks']);

export const enterStore = enter.store;
export const chooseEnter = enter.choose;
export const startEnterKey = enter.follow;

/** Whether Enter sends; else it makes a new line. Shift+Enter always makes one, Ctrl or ⌘ with Enter always sends. */
export function useEnterSends(): boolean {
  const { choice } = useStore(enterStore);
  const pointer = usePointer();
  return choice === 'auto' ? pointer !== 'touch' : choice === 'sends';
}

/** Whether this key sends what is written. */
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
