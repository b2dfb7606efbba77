import {
  type ChangePasswordBody,
  LIMITS,
  type LoginBody,
  type RefreshBody,
  type RegisterBody,
  type UpdateUserBody,
} from '@parley/protocol';
import { IsBoolean, IsString, Matches, MaxLength, ValidateBy, ValidateIf } from 'class-validator';
import { IsName } from '../../../platform/names.js';
import { MayBeMissing } from '../../../platform/validation.js';

/** What reaches the hash is exactly what was typed: nothing is trimmed, and nothing that would be altered is taken. */
const isPassword = (value: unknown): boolean =>
  typeof value === 'string' &&
  value.length >= LIMITS.passwordMin &&
  value.length <= LIMITS.passwordMax &&
  value.isWellFormed() &&
  !value.includes('\0');

const IsPassword = (): PropertyDecorator =>
  ValidateBy({
    name: 'isPassword',
    validator: {
      validate: isPassword,
      defaultMessage: () => `must have ${LIMITS.passwordMin} to ${LIMITS.passwordMax} characters`,
    },
  });

export class RegisterDto implements RegisterBody {
  @Matches(/^[a-z0-9._-]{2,32}$/i, { message: 'must be 2 to 32 of: letters a to z, digits, dot, underscore, hyphen' })
  username!: string;

  @IsPassword()
  password!: string;

  @ValidateIf((body: RegisterDto) => body.displayName !== undefined)
  @IsName()
  displayName?: string;
}

/** What cannot be anybody's is simply wrong; only size is checked. */
export class LoginDto implements LoginBody {
  @IsString()
  @MaxLength(LIMITS.passwordMax)
  username!: string;

  @IsString()
  @MaxLength(LIMITS.passwordMax)
  password!: string;
}

export class RefreshDto implements RefreshBody {
  @MayBeMissing()
  @IsBoolean()
  isOptional?: boolean;
}

export class ChangePasswordDto implements ChangePasswordBody {
  @IsString()
  @MaxLength(LIMITS.passwordMax)
  current!: string;

  @IsPassword()
  new!: string;
}

export class UpdateUserDto implements UpdateUserBody {
  @IsBoolean()
  isDisabled!: boolean;
}
