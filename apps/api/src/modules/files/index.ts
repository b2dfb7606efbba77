export { filesIn, withFiles, withoutFiles } from './attachments.js';
export { describeFile, presentMetadata } from './file.presenter.js';
export { CLEANUP, FileCleanup } from './file-cleanup.js';
export { FileCleanupRepository } from './file-cleanup.repository.js';
export { FilesModule } from './files.module.js';
export { type FileRow, FilesRepository } from './files.repository.js';
export { EXAMINATION } from './renditions.service.js';
export { SEGMENT } from './resumable/segment-reader.js';
