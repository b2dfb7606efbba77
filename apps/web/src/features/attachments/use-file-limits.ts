import { useFeatures, useLimits } from '@parley/react';
import { useMemo } from 'react';
import type { FileLimits } from './file-checks.js';

/** What files may be; null where none can be sent: with `FILES=off`, and until the server has announced it. */
export function useFileLimits(): FileLimits | null {
  const isOn = useFeatures()?.files === true;
  const { fileBytes, filesPerMessage } = useLimits() ?? {};
  return useMemo(
    () => (isOn && fileBytes && filesPerMessage ? { fileBytes, filesPerMessage } : null),
    [isOn, fileBytes, filesPerMessage],
  );
}
