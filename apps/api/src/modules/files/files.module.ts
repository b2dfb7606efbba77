import { Module } from '@nestjs/common';
import { CONFIG } from '../../config/config.js';
import { FileStore } from '../../platform/storage/file-store.js';
import { openFileStore } from '../../platform/storage/open-file-store.js';
import { AuthModule } from '../auth/index.js';
import { FileAnswer } from './file-answer.js';
import { FileCleanup } from './file-cleanup.js';
import { FileCleanupRepository } from './file-cleanup.repository.js';
import { FileScanner } from './file-scanner.js';
import { FileStoreCheck } from './file-store-check.js';
import { FilesController } from './files.controller.js';
import { FilesRepository } from './files.repository.js';
import { FilesService } from './files.service.js';
import { PlayableAudioService } from './playable-audio.service.js';
import { RenditionsRepository } from './renditions.repository.js';
import { RenditionsService } from './renditions.service.js';
import { ResumableUploadsController } from './resumable/resumable-uploads.controller.js';
import { ResumableUploadsRepository } from './resumable/resumable-uploads.repository.js';
import { ResumableUploadsService } from './resumable/resumable-uploads.service.js';
import { TusAdapter } from './resumable/tus.adapter.js';
import { TusStore } from './resumable/tus-store.js';
import { ThumbnailsService } from './thumbnails.service.js';
import { UploadLimits } from './upload-limits.js';
import { UploadSettlement } from './upload-settlement.js';
import { UploadsService } from './uploads.service.js';

const store = { provide: FileStore, useFactory: openFileStore, inject: [CONFIG] };

@Module({
  imports: [AuthModule],
  controllers: [FilesController, ResumableUploadsController],
  providers: [
    store,
    UploadsService,
    UploadSettlement,
    UploadLimits,
    ResumableUploadsService,
    ResumableUploadsRepository,
    TusAdapter,
    TusStore,
    FilesService,
    FileAnswer,
    ThumbnailsService,
    PlayableAudioService,
    RenditionsService,
    FilesRepository,
    RenditionsRepository,
    FileCleanup,
    FileCleanupRepository,
    FileStoreCheck,
    FileScanner,
  ],
  exports: [FilesRepository, FileCleanupRepository, FileStore],
})
export class FilesModule {}
