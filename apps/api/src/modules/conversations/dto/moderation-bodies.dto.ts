import { LIMITS, type SilenceBody } from '@parley/protocol';
import { IsInt, Max, Min } from 'class-validator';

export class SilenceDto implements SilenceBody {
  @IsInt()
  @Min(LIMITS.silenceMin)
  @Max(LIMITS.silenceMax)
  seconds!: number;
}
