import type { CreateLinkBody, LinkPurpose, LinkTokenBody, ResetPasswordBody } from '@parley/protocol';
import { IsIn, IsInt, Max, Min } from 'class-validator';
import { MayBeMissing } from '../../../platform/validation.js';
import { IsLinkToken, IsNewPassword, IsUsername } from './credentials.dto.js';

/** How long a link may be good. */
export const MOST_LINK_HOURS = 90 * 24;

export class CreateLinkDto implements CreateLinkBody {
  @IsIn(['invite', 'reset'])
  purpose!: LinkPurpose;

  @MayBeMissing()
  @IsUsername()
  username?: string;

  @MayBeMissing()
  @IsInt()
  @Min(1)
  @Max(MOST_LINK_HOURS)
  hours?: number;
}

export class LinkTokenDto implements LinkTokenBody {
  @IsLinkToken()
  token!: string;
}

export class ResetPasswordDto extends LinkTokenDto implements ResetPasswordBody {
  @IsNewPassword()
  new!: string;
}
