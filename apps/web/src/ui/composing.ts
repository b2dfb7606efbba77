import type { KeyboardEvent } from 'react';

/** What browsers say of a key that is not theirs to name. */
const KEYCODE_IME = 229;

/** An input method's own key: Safari tells the Enter that ends a composition after the composition. */
export function isComposing({ nativeEvent }: KeyboardEvent): boolean {
  return nativeEvent.isComposing || nativeEvent.keyCode === KEYCODE_IME;
}
