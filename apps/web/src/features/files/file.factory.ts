import type { AttachedFile } from '@parley/protocol';

/** A file for specs, which name only the fields that matter to them. */
export function aFile(fields: Partial<AttachedFile> = {}): AttachedFile {
  const fileId = fields.fileId ?? 'file';
  return {
    fileId,
    fileName: 'harbour.jpg',
    fileType: 'image/jpeg',
    fileSize: 204_800,
    downloadUrl: `/api/files/${fileId}`,
    ...fields,
  };
}
