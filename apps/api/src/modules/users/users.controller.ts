import { Controller, Get, Patch } from '@nestjs/common';
import type { Me, Page, UserDetail } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody, ValidQuery } from '../../platform/http/valid.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { FindUsersDto } from './dto/find-users.dto.js';
import { UpdateMeDto } from './dto/update-me.dto.js';
import { UsersService } from './users.service.js';

@Controller('users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('me')
  @Needs('self')
  me(@CurrentPrincipal() principal: Principal): Promise<Me> {
    return this.users.me(principal.userId);
  }

  /**
   * `avatarUrl` is the `downloadUrl` of a picture that the caller has uploaded, or an address on another server; null removes it.
   * With `isHidden: true` others see no presence of the caller.
   */
  @Patch('me')
  @Needs('self')
  @Refuses('unsupported')
  updateMe(@CurrentPrincipal() principal: Principal, @ValidBody(UpdateMeDto) body: UpdateMeDto): Promise<Me> {
    return this.users.updateMe(principal.userId, body);
  }

  /**
   * Either `query`, the beginning of a username or display name, two characters at least (one outside ASCII), with
   * `cursor` and `limit`; or `ids`, at most 100 with commas between.
   */
  @Get()
  @Needs('account')
  @RateLimited('people')
  list(
    @CurrentPrincipal() principal: Principal,
    @ValidQuery(FindUsersDto) query: FindUsersDto,
  ): Promise<Page<UserDetail>> {
    return this.users.list(principal.userId, query);
  }

  @Get(':id')
  @Needs('account')
  get(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<UserDetail> {
    return this.users.get(principal.userId, id);
  }
}
