import { IsOptional, IsUrl, MaxLength, ValidateIf } from 'class-validator';
import type { UpdateMeBody } from '@parley/protocol';
import { IsName } from '../../../platform/names.js';

export const AVATAR_URL = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };

export class UpdateMeDto implements UpdateMeBody {
  @ValidateIf((body: UpdateMeDto) => body.displayName !== undefined)
  @IsName()
  displayName?: string;

  /** Null removes it. */
  @IsOptional()
  @MaxLength(2_048)
  @IsUrl(AVATAR_URL)
  avatarUrl?: string | null;
}
