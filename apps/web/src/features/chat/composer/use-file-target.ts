import { type RefObject, useCallback } from 'react';
import { chooseFiles } from '../../attachments/chosen-files.store.js';
import type { Transferred } from '../../attachments/transferred-files.js';
import { useFileDrop } from '../../attachments/use-file-drop.js';
import { useFileLimits } from '../../attachments/use-file-limits.js';

interface Options {
  conversationId: string;
  /** Whether a new message would be taken. */
  isOpen: boolean;
  area: RefObject<HTMLElement | null>;
  input: RefObject<HTMLTextAreaElement | null>;
}

/** Makes the conversation take files that are dropped or pasted. Returns whether they are held above it. */
export function useFileTarget({ conversationId, isOpen, area, input }: Options): [boolean, () => void] {
  const limits = useFileLimits();
  const take = useCallback(
    (transferred: Transferred) => {
      if (!limits) return;
      chooseFiles(conversationId, transferred, limits);
      input.current?.focus();
    },
    [conversationId, limits, input],
  );
  return useFileDrop(area, isOpen && limits ? take : null);
}
