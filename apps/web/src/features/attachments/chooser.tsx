import type { RefObject } from 'react';

interface ChooserProps {
  inputRef: RefObject<HTMLInputElement | null>;
  testId: string;
  accept?: string;
  isMultiple?: boolean;
  /** Opens that camera rather than the pictures that are there. */
  camera?: 'environment' | 'user';
  onFiles: (files: File[]) => void;
}

/** The browser's dialog, without the browser's button. */
export function Chooser({ inputRef, testId, accept, isMultiple = false, camera, onFiles }: ChooserProps) {
  return (
    <input
      ref={inputRef}
      data-testid={testId}
      type="file"
      hidden
      multiple={isMultiple}
      accept={accept}
      capture={camera}
      onChange={({ target }) => {
        const chosen = [...(target.files ?? [])];
        // Else the same file could not be chosen again.
        target.value = '';
        if (chosen.length > 0) onFiles(chosen);
      }}
    />
  );
}
