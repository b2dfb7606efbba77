import type { AttachedFile } from '@parley/protocol';
import type { FileRow } from './files.repository.js';
import { UNKNOWN_TYPE } from './media-types.js';

/** A file as messages and answers describe it. */
export function presentFile(row: FileRow): AttachedFile {
  const { width, height, durationMs, waveform, placeholder } = row;
  return {
    fileId: row.id,
    fileName: row.name,
    fileType: row.mediaType ?? UNKNOWN_TYPE,
    fileSize: row.size,
    downloadUrl: `/api/files/${row.id}`,
    ...(width !== null && { width }),
    ...(height !== null && { height }),
    ...(durationMs !== null && { durationMs }),
    ...(waveform !== null && { waveform: [...waveform] }),
    ...(placeholder !== null && { placeholder }),
  };
}
