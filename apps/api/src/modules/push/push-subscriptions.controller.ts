import { Controller, Delete, Get, HttpCode, HttpStatus, Post } from '@nestjs/common';
import type { PushSubscriptionItem, PushSubscriptions } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody } from '../../platform/http/valid.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { PushSubscriptionDto } from './dto/push-subscription.dto.js';
import { PushSubscriptionsService } from './push-subscriptions.service.js';

@Controller('users/me/push-subscriptions')
export class PushSubscriptionsController {
  constructor(private readonly subscriptions: PushSubscriptionsService) {}

  /** The caller's browsers that are told of messages while the app is closed, and the key to subscribe with. */
  @Get()
  @Needs('self')
  list(@CurrentPrincipal() principal: Principal): Promise<PushSubscriptions> {
    return this.subscriptions.list(principal);
  }

  /**
   * Subscribes a browser, for as long as the caller's session lasts and at most 30 days; doing it again renews it. Beyond 20
   * the one that was made longest ago goes.
   */
  @Post()
  @Needs('self')
  @RateLimited('sessions')
  @Refuses('unsupported', 'forbidden')
  save(
    @CurrentPrincipal() principal: Principal,
    @ValidBody(PushSubscriptionDto) body: PushSubscriptionDto,
  ): Promise<PushSubscriptionItem> {
    return this.subscriptions.save(principal, body);
  }

  @Delete(':id')
  @Needs('self')
  @HttpCode(HttpStatus.NO_CONTENT)
  remove(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<void> {
    return this.subscriptions.remove(principal, id);
  }
}
