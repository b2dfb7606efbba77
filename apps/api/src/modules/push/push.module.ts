import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { ConversationLogModule } from '../conversation-log/index.js';
import { pushClientProvider } from './push-client.provider.js';
import { PushDispatcher } from './push-dispatcher.js';
import { PushRecipientsRepository } from './push-recipients.repository.js';
import { PushSender } from './push-sender.js';
import { PushSubscriptionsController } from './push-subscriptions.controller.js';
import { PushSubscriptionsRepository } from './push-subscriptions.repository.js';
import { PushSubscriptionsService } from './push-subscriptions.service.js';

/** Web Push: people hear of messages while the app is closed. */
@Module({
  imports: [AuthModule, ConversationLogModule],
  controllers: [PushSubscriptionsController],
  providers: [
    pushClientProvider,
    PushDispatcher,
    PushSender,
    PushSubscriptionsService,
    PushSubscriptionsRepository,
    PushRecipientsRepository,
  ],
})
export class PushModule {}
