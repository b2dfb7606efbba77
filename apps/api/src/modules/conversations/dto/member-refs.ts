import { LIMITS, type MemberRef } from '@parley/protocol';
import { registerDecorator } from 'class-validator';
import { isUuid } from '../../../kernel/ids.js';
import { isExternalId } from '../../users/index.js';

const EXTERNAL_KEYS = new Set(['externalId', 'name']);

/** Each a user's id, or `{externalId, name?}`; at most 100. */
export function IsMemberRefs(): PropertyDecorator {
  return (target, propertyName) => {
    registerDecorator({
      name: 'isMemberRefs',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) =>
          Array.isArray(value) && value.length <= LIMITS.membersPerRequest && value.every(isMemberRef),
        defaultMessage: () =>
          `must be a list of at most ${LIMITS.membersPerRequest} user ids, or objects {externalId, name?}`,
      },
    });
  };
}

function isMemberRef(value: unknown): value is MemberRef {
  if (typeof value === 'string') return isUuid(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { externalId, name } = value as { externalId?: unknown; name?: unknown };
  const nameFits =
    name === undefined || (typeof name === 'string' && name.isWellFormed() && name.length <= LIMITS.nameLength);
  return isExternalId(externalId) && nameFits && Object.keys(value).every((key) => EXTERNAL_KEYS.has(key));
}
