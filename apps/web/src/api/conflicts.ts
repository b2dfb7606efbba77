import { SdkError } from '@parley/client';

/** Of a change to a message. */
export const DELETED = 'The message was deleted meanwhile.';

/** Whether a request was refused as a conflict about the field at `path`. */
export function isConflictOf(thrown: unknown, path: string): boolean {
  if (!(thrown instanceof SdkError) || thrown.code !== 'conflict') return false;
  return thrown.details?.some((detail) => detail.path === path) ?? false;
}
