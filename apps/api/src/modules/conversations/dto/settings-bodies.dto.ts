import { type ConversationSettingsBody, LIMITS, NOTIFICATION_LEVELS, type NotificationLevel } from '@parley/protocol';
import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { MayBeMissing } from '../../../platform/validation.js';

export class ConversationSettingsDto implements ConversationSettingsBody {
  @MayBeMissing()
  @IsIn(NOTIFICATION_LEVELS)
  notifications?: NotificationLevel;

  /** As short and as long as a member may be silenced. */
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

  /** Null takes the mark back. */
  @IsOptional()
  @IsInt()
  @Min(1)
  unreadSeq?: number | null;
}
