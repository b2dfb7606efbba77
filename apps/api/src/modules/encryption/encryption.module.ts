import { Global, Module } from '@nestjs/common';
import { ConversationKeys } from './conversation-keys.js';
import { ConversationKeysRepository } from './conversation-keys.repository.js';
import { KeyCheck } from './key-check.js';
import { KeyCheckRepository } from './key-check.repository.js';
import { KeyRotation } from './key-rotation.js';
import { KeyRotationRepository } from './key-rotation.repository.js';
import { MessageTexts } from './message-texts.js';
import { ReportTexts } from './report-texts.js';

/** Available to every module without an import. */
@Global()
@Module({
  providers: [
    ConversationKeysRepository,
    ConversationKeys,
    MessageTexts,
    ReportTexts,
    KeyCheckRepository,
    KeyCheck,
    KeyRotationRepository,
    KeyRotation,
  ],
  exports: [ConversationKeys, MessageTexts, ReportTexts],
})
export class EncryptionModule {}
