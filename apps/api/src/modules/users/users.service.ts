import { Inject, Injectable } from '@nestjs/common';
import {
  type AccountPage,
  type ExternalMember,
  isSearchable,
  LIMITS,
  type Me,
  type Page,
  type ServerRole,
  type UserDetail,
  type UserPresence,
} from '@parley/protocol';
import { CONFIG, type Config } from '../../config/config.js';
import type { Db } from '../../database/database.js';
import { invalid, notFound, ParleyError } from '../../kernel/errors.js';
import { isUuid } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import { isStorable } from '../../kernel/storable-text.js';
import type { CursorQueryDto } from '../../platform/http/cursor-query.dto.js';
import { Cursors } from '../../platform/http/cursors.js';
import { normalizedName, sanitizedName } from '../../platform/names.js';
import { AvatarsService } from './avatars.service.js';
import type { FindAccountsDto } from './dto/find-accounts.dto.js';
import type { FindUsersDto } from './dto/find-users.dto.js';
import type { UpdateMeDto } from './dto/update-me.dto.js';
import { isExternalId } from './external-id.js';
import { ExternalUsersRepository, PROVISION_SCOPE } from './external-users.repository.js';
import { foldName } from './folded-name.js';
import { type KnownUser, presenceOf, toAccountItem, toMe, toUserDetail } from './user.presenter.js';
import { type UserRow, UsersRepository } from './users.repository.js';

const LIST = 'users';

type RoleFacts = Pick<UserRow, 'username' | 'externalId' | 'role' | 'isBot'>;

@Injectable()
export class UsersService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly repository: UsersRepository,
    private readonly external: ExternalUsersRepository,
    private readonly avatars: AvatarsService,
    private readonly cursors: Cursors,
  ) {}

  /**
   * `ADMIN_USERS` decides who is an admin; the role from registration counts only where that is unset. A user of the
   * host product counts by the id that it assigns: their name there may be theirs to choose. A bot is none.
   */
  roleOf({ username, externalId, role, isBot }: RoleFacts): ServerRole {
    const { adminUsers } = this.config;
    if (isBot) return 'user';
    if (!adminUsers) return role;
    const isNamed =
      externalId === null ? adminUsers.usernames.includes(username) : adminUsers.externalIds.includes(externalId);
    return isNamed ? 'admin' : 'user';
  }

  async isServerAdmin(userId: string): Promise<boolean> {
    const row = await this.repository.find(userId);
    return row !== null && this.roleOf(row) === 'admin';
  }

  /** The ids of all who can sign in. */
  serverAdmins(): Promise<string[]> {
    return this.repository.admins(this.config.adminUsers);
  }

  /**
   * That somebody can administer the server if this user cannot sign in. Holds until the transaction ends.
   * @throws `conflict` for the last server admin.
   */
  async requireOtherAdmin(user: UserRow, tx: Db): Promise<void> {
    if (this.roleOf(user) !== 'admin' || (await this.repository.hasOtherAdmin(user.id, this.config.adminUsers, tx)))
      return;
    throw new ParleyError('conflict', {
      message: 'This is the last server admin who can sign in.',
      details: [{ path: 'user', message: 'last_admin' }],
    });
  }

  async me(userId: string): Promise<Me> {
    const row = await this.repository.find(userId);
    if (!row) throw notFound();
    return toMe(row, this.roleOf(row));
  }

  async updateMe(userId: string, { displayName, avatarUrl, isHidden }: UpdateMeDto): Promise<Me> {
    const changes = {
      ...(displayName !== undefined && { displayName: normalizedName(displayName) }),
      ...(avatarUrl !== undefined && { avatarUrl }),
      ...(isHidden !== undefined && { isHidden }),
    };
    if (Object.keys(changes).length === 0) return this.me(userId);
    const row = await this.avatars.update(userId, changes);
    // Their session ended after it had been looked at.
    if (!row) throw new ParleyError('unauthenticated');
    return toMe(row, this.roleOf(row));
  }

  /** The presence of those of these users who share a conversation with the viewer, by id. */
  async presences(viewerId: string, ids: readonly string[]): Promise<Record<string, UserPresence>> {
    if (ids.length === 0) return {};
    const known = await this.repository.details(viewerId, ids);
    return Object.fromEntries(known.flatMap((user) => (user.isShared ? [[user.id, presenceOf(user)]] : [])));
  }

  async get(viewerId: string, id: string): Promise<UserDetail> {
    const [user] = await this.repository.details(viewerId, [id]);
    if (!user) throw notFound();
    return toUserDetail(user);
  }

  async list(viewerId: string, { query, ids, cursor, limit }: FindUsersDto): Promise<Page<UserDetail>> {
    if ((query === undefined) === (ids === undefined)) throw invalid('query', 'or ids must be given, not both');
    if (ids !== undefined) {
      if (cursor !== undefined || limit !== undefined) throw invalid('ids', 'are answered all at once');
      const users = await this.repository.details(viewerId, idsIn(ids));
      return { items: users.map(toUserDetail), nextCursor: null, hasMore: false };
    }
    return this.search(viewerId, query ?? '', { cursor, limit });
  }

  /** For server admins: whom `list` finds, and who is disabled, by username. */
  async accounts({ query, ...page }: FindAccountsDto): Promise<AccountPage> {
    const prefix = prefixIn(query);
    const list = {
      name: 'accounts',
      read: (after: [username: string] | null, limit: number) =>
        this.repository.accounts({ prefix, after: after?.[0] ?? null, limit }),
      positionOf: ({ username }: UserRow): [username: string] => [username],
    };
    const { rows, end } = await this.cursors.page(list, page);
    return { items: rows.map((row) => toAccountItem(row, this.roleOf(row))), ...end };
  }

  /**
   * The ids, by external id, of members that a host product names; those unknown so far are created.
   * @throws `forbidden` unless the token has the scope for it, `validation_failed` for ids that cannot be stored.
   */
  async provision(principal: Principal, members: readonly ExternalMember[]): Promise<Map<string, string>> {
    if (members.length === 0) return new Map();
    if (!principal.scopes.includes(PROVISION_SCOPE)) throw new ParleyError('forbidden');
    const people = members.map(({ externalId, name }) => {
      if (!isExternalId(externalId)) throw invalid('externalId', 'must be 1 to 255 characters');
      return { externalId, name: sanitizedName(name), username: null, avatarUrl: null, isBot: null, claims: null };
    });
    const distinct = new Map(people.map((person) => [person.externalId, person]));
    return this.external.provision([...distinct.values()]);
  }

  private async search(viewerId: string, query: string, page: CursorQueryDto): Promise<Page<UserDetail>> {
    const prefix = prefixIn(query);
    const list = {
      name: LIST,
      read: (after: [username: string] | null, limit: number) =>
        this.repository.search(viewerId, { prefix, after: after?.[0] ?? null, limit }),
      positionOf: ({ username }: KnownUser): [username: string] => [username],
    };
    const { rows, end } = await this.cursors.page(list, page);
    return { items: rows.map(toUserDetail), ...end };
  }
}

/** What a name has to begin with, folded. */
function prefixIn(query: string): string {
  const prefix = normalizedName(query);
  if (!isStorable(prefix)) throw invalid('query', 'must be text');
  // What cannot be seen is no second character.
  const folded = foldName(prefix);
  if (!isSearchable(folded)) throw invalid('query', 'must have at least 2 characters');
  return folded;
}

function idsIn(list: string): string[] {
  const ids = [...new Set(list.toLowerCase().split(','))];
  if (ids.length > LIMITS.usersPerRequest) throw invalid('ids', `must be at most ${LIMITS.usersPerRequest}`);
  if (!ids.every(isUuid)) throw invalid('ids', 'must be UUIDs, separated by commas');
  return ids;
}
