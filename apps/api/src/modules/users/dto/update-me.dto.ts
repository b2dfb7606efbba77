import type { UpdateMeBody } from '@parley/protocol';
import { IsOptional, ValidateIf } from 'class-validator';
import { IsName } from '../../../platform/names.js';
import { IsAvatarUrl } from '../avatar-url.js';

export class UpdateMeDto implements UpdateMeBody {
  @ValidateIf((body: UpdateMeDto) => body.displayName !== undefined)
  @IsName()
  displayName?: string;

  /** Null removes it. */
  @IsOptional()
  @IsAvatarUrl()
  avatarUrl?: string | null;
}
