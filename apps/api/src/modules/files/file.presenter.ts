import type { AttachedFile, FilesMetadata, Metadata } from '@parley/protocol';
import { publicPath } from '../../kernel/base-path.js';
import type { FileRow } from './files.repository.js';
import { UNKNOWN_TYPE } from './media-types.js';

/** A file as messages have it stored: without the base path, which may change. */
export function describeFile(row: FileRow): AttachedFile {
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

/** The same as clients are told. */
export const presentFile = (row: FileRow): AttachedFile => withAddress(describeFile(row));

/** Metadata of a message as clients are told it. */
export function presentMetadata(metadata: Metadata): Metadata {
  const { downloadUrl, files } = metadata as Partial<FilesMetadata>;
  if (typeof downloadUrl !== 'string' || !Array.isArray(files)) return metadata;
  return { ...metadata, ...withAddress({ downloadUrl }), files: files.map(withAddress) };
}

const withAddress = <Described extends Pick<AttachedFile, 'downloadUrl'>>(file: Described): Described => ({
  ...file,
  downloadUrl: publicPath(file.downloadUrl),
});
