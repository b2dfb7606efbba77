import type { RefreshCommand } from '@parley/protocol';
import { IsString, MaxLength } from 'class-validator';

/** Payload of `auth:refresh`. */
export class RefreshCommandDto implements RefreshCommand {
  @IsString()
  @MaxLength(8_192)
  token!: string;
}
