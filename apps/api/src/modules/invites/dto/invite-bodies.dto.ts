import { type CreateInviteBody, LIMITS } from '@parley/protocol';
import { IsInt, Max, Min } from 'class-validator';
import { MayBeMissing } from '../../../platform/validation.js';

export class CreateInviteDto implements CreateInviteBody {
  @MayBeMissing()
  @IsInt()
  @Min(1)
  @Max(LIMITS.inviteHours)
  hours?: number;

  @MayBeMissing()
  @IsInt()
  @Min(1)
  @Max(LIMITS.inviteUses)
  maxUses?: number;
}
