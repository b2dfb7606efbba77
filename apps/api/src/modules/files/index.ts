export { filesIn, withFiles } from './attachments.js';
export { describeFile, presentMetadata } from './file.presenter.js';
export { CLEANUP, FileCleanup } from './file-cleanup.js';
export { FilesModule } from './files.module.js';
export { FilesRepository } from './files.repository.js';
export { EXAMINATION } from './renditions.service.js';
export { SEGMENT } from './resumable/segment-reader.js';
