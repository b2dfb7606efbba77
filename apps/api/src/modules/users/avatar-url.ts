import { isURL, ValidateBy } from 'class-validator';

const LONGEST = 2_048;
const OPTIONS = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };

/** Whether this can be the address of a picture. */
export const isAvatarUrl = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST && isURL(value, OPTIONS);

export const IsAvatarUrl = (): PropertyDecorator =>
  ValidateBy({
    name: 'isAvatarUrl',
    validator: { validate: isAvatarUrl, defaultMessage: () => 'must be a URL that begins with https:// or http://' },
  });
