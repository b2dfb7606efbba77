import type { CreateBotBody, CreateBotTokenBody } from '@parley/protocol';
import { IsName } from '../../../platform/names.js';
import { MayBeMissing } from '../../../platform/validation.js';
import { IsUsername } from './credentials.dto.js';

export class CreateBotDto implements CreateBotBody {
  @IsUsername()
  username!: string;

  @MayBeMissing()
  @IsName()
  displayName?: string;
}

export class CreateBotTokenDto implements CreateBotTokenBody {
  @IsName()
  name!: string;
}
