import { useFeatures } from '@parley/react';

/** Whether messages can be searched here; assumed until the server has announced it. */
export function useHasSearch(): boolean {
  return useFeatures()?.search !== false;
}
