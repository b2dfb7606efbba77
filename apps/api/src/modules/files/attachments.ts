import { type AttachedFile, FILLED_IN, type FilesMetadata, type Metadata } from '@parley/protocol';
import { invalid } from '../../kernel/errors.js';
import { isUuid } from '../../kernel/ids.js';

/** What of a file may come back from clients, who got it from us: it is filled in anew. */
const OF_FILE: Readonly<Record<keyof AttachedFile, true>> = {
  ...{ fileId: true, fileName: true, fileType: true, fileSize: true, downloadUrl: true },
  ...{ width: true, height: true, durationMs: true, waveform: true, placeholder: true },
};

/**
 * The files that metadata names, as `fileId` or in `files`, in its order.
 * @throws `validation_failed` where it names them in another way, or describes files without naming any.
 */
export function filesIn(metadata: Metadata): string[] {
  const { fileId, files } = metadata;
  const listed = files === undefined ? [] : listedIn(files);
  if (fileId !== undefined && !isUuid(fileId)) throw invalid('metadata.fileId', 'must be the id of a file');
  const named = listed.length > 0 || fileId === undefined ? listed : [fileId.toLowerCase()];
  if (fileId !== undefined && named[0] !== fileId.toLowerCase()) {
    throw invalid('metadata.fileId', 'must be the first of files');
  }
  const described = FILLED_IN.find((key) => metadata[key] !== undefined);
  if (named.length === 0 && described) throw invalid(`metadata.${described}`, 'is filled in by the server');
  return named;
}

function listedIn(files: unknown): string[] {
  if (!Array.isArray(files)) throw invalid('metadata.files', 'must be a list of {fileId}');
  const ids = files.map((file: unknown, i) => {
    const path = `metadata.files.${i}`;
    if (typeof file !== 'object' || file === null || Array.isArray(file)) throw invalid(path, 'must be {fileId}');
    const unknown = Object.keys(file).find((key) => !Object.hasOwn(OF_FILE, key));
    if (unknown !== undefined) throw invalid(`${path}.${unknown.slice(0, 100)}`, 'is not a known key');
    const { fileId } = file as { fileId?: unknown };
    if (!isUuid(fileId)) throw invalid(`${path}.fileId`, 'must be the id of a file');
    return fileId.toLowerCase();
  });
  if (new Set(ids).size < ids.length) throw invalid('metadata.files', 'must name each file once');
  return ids;
}

/** The metadata as it is stored: what the client has of its own, and what we know of its files. */
export function withFiles(metadata: Metadata, files: readonly AttachedFile[]): Metadata {
  const [first] = files;
  if (!first) return metadata;
  const { fileId, fileName, fileType, fileSize, downloadUrl } = first;
  const filled: FilesMetadata = { files: [...files], fileId, fileName, fileType, fileSize, downloadUrl };
  return { ...metadata, ...filled };
}

/** The same without its files. */
export function withoutFiles(metadata: Metadata): Metadata {
  const { files: _files, fileId: _fileId, ...rest } = metadata;
  return Object.fromEntries(Object.entries(rest).filter(([key]) => !FILLED_IN.some((filled) => filled === key)));
}
