import { useStore } from 'zustand';
import { chooseEnter, type EnterChoice, enterStore } from '../../hooks/enter-key.js';
import { Choice } from './choice.js';

const ENTER: { value: EnterChoice; words: string }[] = [
  { value: 'auto', words: 'Sends, by touch a new line' },
  { value: 'sends', words: 'Sends' },
  { value: 'breaks', words: 'Makes a new line' },
];

/** How messages are written on this device. */
export function WritingSettings() {
  const { choice } = useStore(enterStore);
  return (
    <>
      <p className="-mt-3 text-second text-ink-2">
        Kept in this browser. Shift+Enter always makes a new line; with Ctrl or ⌘, Enter always sends.
      </p>
      <Choice legend="Enter key" options={ENTER} value={choice} onChange={chooseEnter} />
    </>
  );
}
