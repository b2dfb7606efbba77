import { Controller, Get } from '@nestjs/common';
import type { AccountPage } from '@parley/protocol';
import { Needs } from '../../platform/documented.js';
import { ValidQuery } from '../../platform/http/valid.js';
import { FindAccountsDto } from './dto/find-accounts.dto.js';
import { UsersService } from './users.service.js';

@Controller('accounts')
export class AccountsController {
  constructor(private readonly users: UsersService) {}

  /**
   * For server admins: users by the beginning of a username or display name, as `GET users` finds them, and those who are
   * disabled, too.
   */
  @Get()
  @Needs('server_admin')
  list(@ValidQuery(FindAccountsDto) query: FindAccountsDto): Promise<AccountPage> {
    return this.users.accounts(query);
  }
}
