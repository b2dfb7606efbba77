import type { DeleteMeBody } from '@parley/protocol';
import { IsPassword } from '../../auth/index.js';

export class DeleteMeDto implements DeleteMeBody {
  @IsPassword()
  password!: string;
}
