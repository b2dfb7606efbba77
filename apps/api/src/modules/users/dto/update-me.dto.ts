import type { UpdateMeBody } from '@parley/protocol';
import { IsBoolean, IsOptional } from 'class-validator';
import { IsName } from '../../../platform/names.js';
import { MayBeMissing } from '../../../platform/validation.js';
import { IsAvatarUrl } from '../avatar-url.js';

export class UpdateMeDto implements UpdateMeBody {
  @MayBeMissing()
  @IsName()
  displayName?: string;

  /** Null removes it. */
  @IsOptional()
  @IsAvatarUrl()
  avatarUrl?: string | null;

  /** Whether others see no presence of this user. */
  @MayBeMissing()
  @IsBoolean()
  isHidden?: boolean;
}
