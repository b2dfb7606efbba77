import { type Hold, LIMITS, type RetentionBody } from '@parley/protocol';
import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { MayBeNull } from '../../../platform/validation.js';

export class RetentionDto implements RetentionBody {
  @MayBeNull()
  @IsInt()
  @Min(1)
  @Max(LIMITS.retentionDays)
  days!: number | null;
}

export class HoldDto implements Hold {
  @IsBoolean()
  isHeld!: boolean;
}
