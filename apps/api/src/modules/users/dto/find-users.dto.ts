import { LIMITS } from '@parley/protocol';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { CursorQueryDto } from '../../../platform/http/cursor-query.dto.js';

/** Query of `GET users`: either `query` (with `cursor` and `limit`) or `ids`. */
export class FindUsersDto extends CursorQueryDto {
  @IsOptional()
  @IsString()
  @MaxLength(LIMITS.nameLength)
  query?: string;

  /** UUIDs, separated by commas. */
  @IsOptional()
  @IsString()
  ids?: string;
}
