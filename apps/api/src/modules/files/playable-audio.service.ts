import { Injectable } from '@nestjs/common';
import type { Principal } from '../../kernel/principal.js';
import { renamed } from './file-name.js';
import type { FileRow } from './files.repository.js';
import { FilesService } from './files.service.js';
import { RenditionsRepository } from './renditions.repository.js';
import { RenditionsService } from './renditions.service.js';

/** For one who wants to hear what was not looked at yet. */
const TIMEOUT_MS = 10_000;

/** Audio as every browser plays it, for those who may read the file. */
@Injectable()
export class PlayableAudioService {
  constructor(
    private readonly files: FilesService,
    private readonly renditions: RenditionsService,
    private readonly repository: RenditionsRepository,
  ) {}

  /** The file as it is, where there is no other or making one takes long. @throws `not_found` as reading the file does. */
  async get(principal: Principal, id: string): Promise<FileRow> {
    const file = await this.files.get(principal, id);
    if (file.examinedAt === null) await this.renditions.examine(file, TIMEOUT_MS);
    return (await this.find(file)) ?? file;
  }

  /** The file as it is, where what the store has lost cannot be made again soon. @throws as `get`. */
  async remade(principal: Principal, id: string, lost: FileRow): Promise<FileRow> {
    const file = await this.files.get(principal, id);
    await this.renditions.examine(file, TIMEOUT_MS);
    const found = await this.find(file);
    return found && found.contentId !== lost.contentId ? found : file;
  }

  private async find(file: FileRow): Promise<FileRow | null> {
    const row = await this.repository.find(file.contentId, 'playable');
    return row && { ...file, ...row, name: renamed(file.name, 'mp3') };
  }
}
