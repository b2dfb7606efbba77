import { isURL, ValidateBy } from 'class-validator';
import { localPath, publicPath } from '../../kernel/base-path.js';

const LONGEST = 2_048;
const OPTIONS = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };
const OF_FILE = /^\/api\/files\/([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})(?:\/avatar)?$/i;

/** Whether this can be the address of a picture on another server. */
export const isAvatarUrl = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST && isURL(value, OPTIONS);

/**
 * Where the picture of a user is who shows this file, as it is stored: without the base path, which may change. A function of
 * the file alone, so that it says which one it is.
 */
export const avatarUrlOf = (fileId: string): string => `/api/files/${fileId}/avatar`;

/** As clients are told it; one on another server is what it is. */
export const publicAvatarUrl = (avatarUrl: string): string =>
  avatarUrl.startsWith('/') ? publicPath(avatarUrl) : avatarUrl;

/** The file that is meant: by its `downloadUrl`, or by the address that it has as a picture; null where it is none of ours. */
export const fileOfAvatar = (avatarUrl: string): string | null =>
  OF_FILE.exec(localPath(avatarUrl))?.[1]?.toLowerCase() ?? null;

export const IsAvatarUrl = (): PropertyDecorator =>
  ValidateBy({
    name: 'isAvatarUrl',
    validator: {
      validate: (value: unknown) => isAvatarUrl(value) || (typeof value === 'string' && OF_FILE.test(localPath(value))),
      defaultMessage: () => 'must be the downloadUrl of a picture, or a URL that begins with https:// or http://',
    },
  });
