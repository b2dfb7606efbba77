import { LIMITS, type SyncBody, type SyncPosition } from '@parley/protocol';
import { IsInt, IsString, Max, MaxLength, Min, registerDecorator } from 'class-validator';
import { isUuid } from '../../../kernel/ids.js';
import { MayBeMissing } from '../../../platform/validation.js';

/** Payload of `sync`, and body of its route. */
export class SyncDto implements SyncBody {
  @IsPositions()
  conversations!: Record<string, SyncPosition>;

  @MayBeMissing()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  cursor?: number;

  @MayBeMissing()
  @IsString()
  @MaxLength(100)
  epoch?: string;
}

/** `{id: {version, receipts}}`, each id once however it is written. */
function IsPositions(): PropertyDecorator {
  return (target, propertyName) => {
    registerDecorator({
      name: 'isPositions',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: arePositions,
        defaultMessage: () =>
          `must be an object of at most ${LIMITS.syncConversations} conversation ids, each with {version, receipts}, ` +
          'which are whole numbers from 0',
      },
    });
  };
}

function arePositions(value: unknown): boolean {
  if (!isObject(value)) return false;
  const ids = Object.keys(value);
  return (
    ids.length <= LIMITS.syncConversations &&
    ids.every(isUuid) &&
    new Set(ids.map((id) => id.toLowerCase())).size === ids.length &&
    ids.every((id) => isPosition(value[id]))
  );
}

function isPosition(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 2 && isCount(value.version) && isCount(value.receipts);
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
