import { LIMITS } from '@parley/protocol';
import { IsString, MaxLength } from 'class-validator';
import { CursorQueryDto } from '../../../platform/http/cursor-query.dto.js';

/** Query of `GET accounts`. */
export class FindAccountsDto extends CursorQueryDto {
  @IsString()
  @MaxLength(LIMITS.nameLength)
  query!: string;
}
