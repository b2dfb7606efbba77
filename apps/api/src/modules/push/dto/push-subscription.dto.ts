import { ECDH } from 'node:crypto';
import { LIMITS, type PushSubscriptionBody } from '@parley/protocol';
import { IsBoolean, IsString, Matches, MaxLength, ValidateBy } from 'class-validator';
import { MayBeMissing } from '../../../platform/validation.js';

/** An uncompressed point of P-256. */
function isPublicKey(value: unknown): boolean {
  if (typeof value !== 'string' || !/^[\w-]{87}=?$/.test(value)) return false;
  try {
    ECDH.convertKey(Buffer.from(value, 'base64url'), 'prime256v1');
    return true;
  } catch {
    return false;
  }
}

const IsPublicKey = (): PropertyDecorator =>
  ValidateBy({
    name: 'isPublicKey',
    validator: { validate: isPublicKey, defaultMessage: () => 'must be a public key of P-256, 65 bytes in base64url' },
  });

export class PushSubscriptionDto implements PushSubscriptionBody {
  @IsString()
  @MaxLength(LIMITS.pushEndpoint)
  endpoint!: string;

  @IsPublicKey()
  p256dh!: string;

  @Matches(/^[\w-]{22}(==)?$/, { message: 'must be 16 bytes in base64url' })
  auth!: string;

  @MayBeMissing()
  @IsBoolean()
  isPrivate?: boolean;
}
