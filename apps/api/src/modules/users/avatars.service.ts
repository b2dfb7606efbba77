import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { invalid, ParleyError } from '../../kernel/errors.js';
import { mediaKindOf } from '../../platform/media/media-job.js';
import { avatarUrlOf, fileOfAvatar } from './avatar-url.js';
import { AvatarsRepository, type ClaimedPicture } from './avatars.repository.js';
import { type ProfileChanges, type UserRow, UsersRepository } from './users.repository.js';

/** Pictures that users show of themselves: addresses on other servers, and files of their own. */
@Injectable()
export class AvatarsService {
  constructor(
    private readonly users: UsersRepository,
    private readonly avatars: AvatarsRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Changes what others see of this user. The file that was their picture before is that of nobody then.
   * @throws `validation_failed` where the file is not theirs or no picture, `unsupported` where there are no files.
   */
  update(userId: string, changes: ProfileChanges): Promise<UserRow | null> {
    const fileId = fileOfAvatar(changes.avatarUrl ?? '');
    if (fileId === null) return this.users.update(userId, changes);
    if (!this.config.files.isOn) throw new ParleyError('unsupported');
    return this.users.transaction(async (tx) => {
      const file = await this.avatars.claim(tx, userId, fileId);
      if (!file) throw invalid('avatarUrl', 'must be a file that you have uploaded');
      if (!isPicture(file)) throw invalid('avatarUrl', 'must be a picture');
      return this.users.update(userId, { ...changes, avatarUrl: avatarUrlOf(fileId) }, tx);
    });
  }
}

/** As far as is known: what was not looked at yet is looked at when somebody wants to see it. */
function isPicture({ mediaType, size, width, examinedAt }: ClaimedPicture): boolean {
  return mediaKindOf(mediaType, size ?? 0) === 'picture' && (examinedAt === null || width !== null);
}
