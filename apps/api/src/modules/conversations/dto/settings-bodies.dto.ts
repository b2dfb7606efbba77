import { type ConversationSettingsBody, LIMITS, NOTIFICATION_LEVELS, type NotificationLevel } from '@parley/protocol';
import { IsBoolean, IsIn, IsInt, Max, Min, ValidateIf } from 'class-validator';
import { MayBeMissing } from '../../../platform/validation.js';

const MayBeNullOrMissing = () => ValidateIf((_: unknown, value: unknown) => value !== undefined && value !== null);

export class ConversationSettingsDto implements ConversationSettingsBody {
  @MayBeMissing()
  @IsIn(NOTIFICATION_LEVELS)
  notifications?: NotificationLevel;

  @MayBeMissing()
  @IsInt()
  @Min(LIMITS.silenceMin)
  @Max(LIMITS.silenceMax)
  muteSeconds?: number;

  @MayBeMissing()
  @IsBoolean()
  isPinned?: boolean;

  @MayBeMissing()
  @IsBoolean()
  isHidden?: boolean;

  @MayBeNullOrMissing()
  @IsInt()
  @Min(1)
  unreadSeq?: number | null;
}
