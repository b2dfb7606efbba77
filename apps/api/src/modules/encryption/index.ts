export { ConversationKeys, type Keys } from './conversation-keys.js';
export { EncryptionModule } from './encryption.module.js';
export { ROTATION } from './key-rotation.js';
export { MessageTexts } from './message-texts.js';
export { ReportTexts } from './report-texts.js';
export { isSealed, openText, TEXT_MARK, type TextKey } from './text-key.js';
