import { LIMITS, type PresenceIdleCommand, type PresenceSubscribeCommand } from '@parley/protocol';
import { ArrayMaxSize, IsArray, IsBoolean, IsUUID } from 'class-validator';

/** Payload of `presence:subscribe`. */
export class PresenceSubscribeDto implements PresenceSubscribeCommand {
  @IsArray()
  @ArrayMaxSize(LIMITS.presenceUsers)
  @IsUUID('loose', { each: true })
  userIds!: string[];
}

/** Payload of `presence:idle`. */
export class PresenceIdleDto implements PresenceIdleCommand {
  @IsBoolean()
  isIdle!: boolean;
}
