import { useFeatures } from '@parley/react';

/** Whether files can be sent and fetched here; assumed until the server has announced it. */
export function useHasFiles(): boolean {
  return useFeatures()?.files !== false;
}
