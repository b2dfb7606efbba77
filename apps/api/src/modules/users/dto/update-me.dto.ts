import type { UpdateMeBody } from '@parley/protocol';
import { IsBoolean, IsOptional, ValidateIf } from 'class-validator';
import { IsName } from '../../../platform/names.js';
import { MayBeMissing } from '../../../platform/validation.js';
import { IsAvatarUrl } from '../avatar-url.js';

export class UpdateMeDto implements UpdateMeBody {
  @ValidateIf((body: UpdateMeDto) => body.displayName !== undefined)
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
