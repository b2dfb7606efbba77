import { useMemo, useState } from 'react';
import { chooseFiles, setRefusals, useChosen } from '../../attachments/chosen-files.store.js';
import { useFileLimits } from '../../attachments/use-file-limits.js';

/** What goes with the next message beside its text, and how it gets there. `limits`: null where nothing does. */
export function useAttaching(conversationId: string) {
  const limits = useFileLimits();
  const chosen = useChosen(conversationId);
  const [isRecording, setRecording] = useState(false);
  const commands = useMemo(
    () => ({
      choose: (files: readonly File[]) =>
        limits && chooseFiles(conversationId, { files: [...files], hasFolders: false }, limits),
      record: () => {
        setRefusals(conversationId, []);
        setRecording(true);
      },
      endRecording: (refusal?: string) => {
        setRecording(false);
        if (refusal) setRefusals(conversationId, [refusal]);
      },
    }),
    [conversationId, limits],
  );
  const files = useMemo(() => chosen.files.map(({ file }) => file), [chosen.files]);
  return { limits, files, hasTray: files.length > 0 || chosen.refusals.length > 0, isRecording, ...commands };
}

export type Attaching = ReturnType<typeof useAttaching>;
