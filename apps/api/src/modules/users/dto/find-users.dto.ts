import { LIMITS } from '@parley/protocol';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** Query of `GET users`: either `query` (with `cursor` and `limit`) or `ids`. */
export class FindUsersDto {
  @IsOptional()
  @IsString()
  @MaxLength(LIMITS.nameLength)
  query?: string;

  @IsOptional()
  @IsString()
  @MaxLength(500)
  cursor?: string;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(LIMITS.pageMax)
  limit?: number;

  /** UUIDs, separated by commas. */
  @IsOptional()
  @IsString()
  ids?: string;
}
