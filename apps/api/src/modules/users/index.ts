export { avatarUrlOf, isAvatarUrl } from './avatar-url.js';
export { isExternalId } from './external-id.js';
export {
  type ExternalPerson,
  type ExternalUser,
  ExternalUsersRepository,
  PROVISION_SCOPE,
} from './external-users.repository.js';
export { named } from './folded-name.js';
export { RetiredNames } from './retired-names.js';
export { presenceOf, toUserDetail, toUserView } from './user.presenter.js';
export { usernameFrom, withSuffix } from './usernames.js';
export { UsersModule } from './users.module.js';
export { type UserRow, UsersRepository } from './users.repository.js';
export { UsersService } from './users.service.js';
