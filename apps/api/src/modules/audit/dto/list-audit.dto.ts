import { LIMITS } from '@parley/protocol';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { MayBeMissing } from '../../../platform/validation.js';

/** Query of `GET audit`. */
export class ListAuditDto {
  @MayBeMissing()
  @IsString()
  @MaxLength(500)
  cursor?: string;

  @MayBeMissing()
  @IsInt()
  @Min(1)
  @Max(LIMITS.pageMax)
  limit?: number;
}
