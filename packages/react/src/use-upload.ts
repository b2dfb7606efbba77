import type { Upload, UploadSnapshot } from '@parley/client';
import { useSubscribable } from './use-subscribable.js';

const NONE = { getSnapshot: () => null, subscribe: () => () => undefined };

/** How far an upload is: one of `client.upload`, or of a message that waits, by `client.attachment`. */
export function useUpload(upload: Upload): UploadSnapshot;
export function useUpload(upload: Upload | null): UploadSnapshot | null;
export function useUpload(upload: Upload | null): UploadSnapshot | null {
  return useSubscribable<UploadSnapshot | null>(upload ?? NONE);
}
