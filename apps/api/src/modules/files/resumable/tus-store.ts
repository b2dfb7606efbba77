import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { DataStore, Upload } from '@tus/server';
import { CLEANUP } from '../file-cleanup.js';
import { ResumableUploadsService } from './resumable-uploads.service.js';

/** Resumable uploads as `@tus/server` asks for them. */
@Injectable()
export class TusStore extends DataStore {
  override extensions = ['creation', 'termination', 'expiration'];

  constructor(private readonly uploads: ResumableUploadsService) {
    super();
  }

  override async getUpload(id: string): Promise<Upload> {
    const { size, received, name, clientUploadId, touchedAt } = await this.uploads.get(id);
    return new Upload({
      ...{ id, size, offset: received, metadata: { filename: name, clientUploadId } },
      // What the package counts from.
      creation_date: touchedAt.toISOString(),
    });
  }

  override write(content: Readable, id: string, start: number): Promise<number> {
    return this.uploads.append(id, start, content);
  }

  override remove(id: string): Promise<void> {
    return this.uploads.cancel(id);
  }

  override getExpiration(): number {
    return CLEANUP.keptMs;
  }
}
