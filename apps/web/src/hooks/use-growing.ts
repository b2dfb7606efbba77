import { type RefObject, useLayoutEffect } from 'react';

/** Makes a field as high as its text, in browsers without `field-sizing`. */
export function useGrowing(inputRef: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const input = inputRef.current;
    if (!input || CSS.supports('field-sizing', 'content')) return;
    input.style.height = 'auto';
    if (text !== '') input.style.height = `${input.scrollHeight}px`;
  }, [inputRef, text]);
}
