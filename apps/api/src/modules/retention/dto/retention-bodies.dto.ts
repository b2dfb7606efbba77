import { type Hold, LIMITS, type RetentionBody } from '@parley/protocol';
import { IsBoolean, IsInt, Max, Min, ValidateIf } from 'class-validator';

export class RetentionDto implements RetentionBody {
  @ValidateIf((body: RetentionDto) => body.days !== null)
  @IsInt()
  @Min(1)
  @Max(LIMITS.retentionDays)
  days!: number | null;
}

export class HoldDto implements Hold {
  @IsBoolean()
  isHeld!: boolean;
}
