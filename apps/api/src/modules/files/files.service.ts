import { Inject, Injectable } from '@nestjs/common';
import type { FileLink } from '@parley/protocol';
import { CONFIG, type Config } from '../../config/config.js';
import { notFound, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { SignedLinks } from '../auth/index.js';
import { type FileRow, FilesRepository } from './files.repository.js';

/** Files for those who may read them: whoever uploaded one, and the members of a conversation with a message that carries it. */
@Injectable()
export class FilesService {
  constructor(
    private readonly repository: FilesRepository,
    private readonly links: SignedLinks,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws `not_found` for everybody else; `unsupported` where there are no files. */
  async get({ userId }: Principal, id: string): Promise<FileRow> {
    if (!this.config.files.isOn) throw new ParleyError('unsupported');
    const file = await this.repository.findReadable(id, userId);
    if (!file) throw notFound();
    return file;
  }

  /** @throws `not_found` where its uploader does not show it as their picture; `unsupported` where there are no files. */
  async getAvatar(id: string): Promise<FileRow> {
    if (!this.config.files.isOn) throw new ParleyError('unsupported');
    const file = await this.repository.findAvatar(id);
    if (!file) throw notFound();
    return file;
  }

  /** @throws as `get`, which is asked again when the link is used. */
  async link(principal: Principal, id: string): Promise<FileLink> {
    const file = await this.get(principal, id);
    const { url, expiresAt } = this.links.sign(`/api/files/${file.id}`, principal.userId);
    return { url, expiresAt: expiresAt.toISOString() };
  }
}
