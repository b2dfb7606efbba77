import {
  type ChangePasswordBody,
  LIMITS,
  type LoginBody,
  type RefreshBody,
  type RegisterBody,
  type UpdateUserBody,
} from '@parley/protocol';
import { IsBoolean, IsString, Matches, MaxLength, ValidateBy } from 'class-validator';
import { isStorable } from '../../../kernel/storable-text.js';
import { IsName } from '../../../platform/names.js';
import { MayBeMissing } from '../../../platform/validation.js';

/** One password has one length, whatever keyboard composed its letters: that of the form that is hashed. */
const lengthOf = (password: string): number => password.normalize('NFKC').length;
/** Far more than any form of a password needs; normalising takes time. */
const LONGEST_TYPED = 16 * LIMITS.passwordMax;

/** Nothing is trimmed, and nothing that would be altered is taken. */
const isNewPassword = (value: unknown): boolean =>
  typeof value === 'string' &&
  value.length <= LONGEST_TYPED &&
  lengthOf(value) >= LIMITS.passwordMin &&
  lengthOf(value) <= LIMITS.passwordMax &&
  isStorable(value);

/** Before passwords were normalised what counted was the length as typed. */
const mayBePassword = (value: unknown): boolean =>
  typeof value === 'string' &&
  (value.length <= LIMITS.passwordMax || (value.length <= LONGEST_TYPED && lengthOf(value) <= LIMITS.passwordMax));

export const IsNewPassword = (): PropertyDecorator =>
  ValidateBy({
    name: 'isNewPassword',
    validator: {
      validate: isNewPassword,
      defaultMessage: () => `must have ${LIMITS.passwordMin} to ${LIMITS.passwordMax} characters`,
    },
  });

export const IsPassword = (): PropertyDecorator =>
  ValidateBy({
    name: 'isPassword',
    validator: {
      validate: mayBePassword,
      defaultMessage: () => `must be text of at most ${LIMITS.passwordMax} characters`,
    },
  });

export const IsUsername = (): PropertyDecorator =>
  Matches(/^[a-z0-9._-]{2,32}$/i, { message: 'must be 2 to 32 of: letters a to z, digits, dot, underscore, hyphen' });

/** Only what a token may be made of; whether there is such a link is another question. */
export const IsLinkToken = (): PropertyDecorator =>
  Matches(/^[\w-]{1,100}$/, { message: 'must be the token of a link' });

export class RegisterDto implements RegisterBody {
  @IsUsername()
  username!: string;

  @IsNewPassword()
  password!: string;

  @MayBeMissing()
  @IsName()
  displayName?: string;

  @MayBeMissing()
  @IsLinkToken()
  invite?: string;
}

/** Only sizes are checked: a name or password that no account can have is simply wrong. */
export class LoginDto implements LoginBody {
  @IsString()
  @MaxLength(LIMITS.passwordMax)
  username!: string;

  @IsPassword()
  password!: string;
}

export class RefreshDto implements RefreshBody {
  @MayBeMissing()
  @IsBoolean()
  isOptional?: boolean;
}

export class ChangePasswordDto implements ChangePasswordBody {
  @IsPassword()
  current!: string;

  @IsNewPassword()
  new!: string;
}

export class UpdateUserDto implements UpdateUserBody {
  @IsBoolean()
  isDisabled!: boolean;
}
