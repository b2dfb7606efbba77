import type { KeyboardEvent } from 'react';

/** The key code of events that an input method handles. */
const KEYCODE_IME = 229;

/** Whether an input method handles this key. Safari reports the Enter that ends a composition only after its end. */
export function isComposing({ nativeEvent }: Pick<KeyboardEvent, 'nativeEvent'>): boolean {
  return nativeEvent.isComposing || nativeEvent.keyCode === KEYCODE_IME;
}
