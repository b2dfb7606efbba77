import { LIMITS } from '@parley/protocol';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { MayBeMissing } from '../validation.js';

/** Which page of a list; the query of a list that can be narrowed extends it. */
export class CursorQueryDto {
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
