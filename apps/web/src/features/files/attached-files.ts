import type { AttachedFile, Message } from '@parley/protocol';

const NONE: readonly AttachedFile[] = [];

/**
 * The files of a message; none of a deleted one. Where a server without files stored the message, `metadata` is whatever
 * its sender wrote there.
 */
export function filesOf({ metadata, isDeleted }: Pick<Message, 'metadata' | 'isDeleted'>): readonly AttachedFile[] {
  const { files } = metadata;
  return isDeleted || !Array.isArray(files) ? NONE : files.filter(isAttached);
}

function isAttached(value: unknown): value is AttachedFile {
  if (typeof value !== 'object' || value === null) return false;
  const { fileId, fileName, fileType, fileSize } = value as Partial<Record<keyof AttachedFile, unknown>>;
  return [fileId, fileName, fileType].every((each) => typeof each === 'string') && typeof fileSize === 'number';
}
