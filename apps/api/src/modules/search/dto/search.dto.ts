import { LIMITS, SEARCH_TRAITS, type SearchQuery, type SearchTrait } from '@parley/protocol';
import { IsIn, IsInt, IsOptional, IsString, IsUUID, Max, MaxLength, Min } from 'class-validator';

const LONGEST_CURSOR = 500;

/** Query of a search within one conversation. */
export class ConversationSearchDto {
  @IsOptional()
  @IsString()
  @MaxLength(LIMITS.searchLength)
  q?: string;

  /** An id or a username. */
  @IsOptional()
  @IsString()
  @MaxLength(LIMITS.nameLength)
  from?: string;

  @IsOptional()
  @IsString()
  @MaxLength(64)
  before?: string;

  @IsOptional()
  @IsString()
  @MaxLength(64)
  after?: string;

  @IsOptional()
  @IsIn(SEARCH_TRAITS)
  has?: SearchTrait;

  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_CURSOR)
  cursor?: string;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(LIMITS.pageMax)
  limit?: number;
}

/** Query of `GET search`. */
export class SearchDto extends ConversationSearchDto implements SearchQuery {
  @IsOptional()
  @IsUUID('loose')
  conversationId?: string;
}
