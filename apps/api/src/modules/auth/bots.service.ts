import { Injectable } from '@nestjs/common';
import type { BotPage, BotToken, BotTokenView, CreateBotBody, NewBot } from '@parley/protocol';
import { Database, type Db } from '../../database/database.js';
import { conflict, invalid, notFound } from '../../kernel/errors.js';
import { normalizedName } from '../../platform/names.js';
import { AuditService } from '../audit/index.js';
import { RetiredNames, toUserView, UsersRepository, usernameFrom } from '../users/index.js';
import { BotTokens } from './bot-tokens.js';
import { BotsRepository, type BotTokenRow } from './bots.repository.js';
import { SessionEvents } from './session-events.js';

const FIRST_TOKEN = 'first';

/** Programs with accounts, for server admins and the command line, which is `by` null. */
@Injectable()
export class BotsService {
  constructor(
    private readonly database: Database,
    private readonly repository: BotsRepository,
    private readonly tokens: BotTokens,
    private readonly users: UsersRepository,
    private readonly retired: RetiredNames,
    private readonly audit: AuditService,
    private readonly events: SessionEvents,
  ) {}

  /** A bot and its first token. @throws `conflict` where the username is taken. */
  async create(by: string | null, given: CreateBotBody): Promise<NewBot> {
    const username = usernameFrom(given.username);
    if (username === null) throw invalid('username', 'is none');
    await this.requireUnused(username);
    const displayName = normalizedName(given.displayName ?? given.username);
    const made = await this.repository.create({ username, displayName }, async (tx, { id }) => {
      await this.requireUnused(username, tx);
      const target = { kind: 'user', id } as const;
      await this.audit.record({ actorId: by, action: 'bot_created', target, details: { username } }, tx);
      return this.add(by, { botId: id, name: FIRST_TOKEN }, tx);
    });
    if (!made) throw conflict('username', 'taken');
    return { user: toUserView(made.user), token: made.added };
  }

  /** Another token, so that one can take the place of another without a pause. @throws `not_found` */
  async issue(by: string | null, botId: string, name: string): Promise<BotToken> {
    await this.requireBot(botId);
    return this.database.transaction((tx) => this.add(by, { botId, name: normalizedName(name) }, tx));
  }

  /** Ends a token, and with it every socket that came with it, on every node. @throws `not_found` */
  async revoke(by: string | null, botId: string, tokenId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const row = await this.repository.revoke(botId, tokenId, tx);
      if (!row) throw notFound();
      const details = { botId, name: row.name };
      const target = { kind: 'bot_token', id: tokenId } as const;
      await this.audit.record({ actorId: by, action: 'bot_token_revoked', target, details }, tx);
    });
    this.events.ended({ userId: botId, sessionIds: [tokenId], isDisabled: false });
  }

  async list(): Promise<BotPage> {
    const bots = await this.repository.list();
    const tokens = Map.groupBy(await this.repository.tokensOf(bots.map(({ id }) => id)), ({ userId }) => userId);
    const items = bots.map((bot) => ({
      user: toUserView(bot),
      isDisabled: bot.isDisabled,
      createdAt: bot.createdAt.toISOString(),
      tokens: (tokens.get(bot.id) ?? []).map(toTokenView),
    }));
    return { items, nextCursor: null, hasMore: false };
  }

  private async requireUnused(username: string, tx?: Db): Promise<void> {
    if (await this.retired.has(username, tx)) throw conflict('username', 'taken');
  }

  private async requireBot(id: string): Promise<void> {
    const user = await this.users.find(id);
    if (!user?.isBot || user.externalId !== null) throw notFound();
  }

  private async add(by: string | null, { botId, name }: { botId: string; name: string }, tx: Db): Promise<BotToken> {
    const { token, tokenHash } = this.tokens.make();
    const row = await this.repository.addToken(botId, { name, tokenHash }, tx);
    const target = { kind: 'bot_token', id: row.id } as const;
    await this.audit.record({ actorId: by, action: 'bot_token_created', target, details: { botId, name } }, tx);
    return { ...toTokenView(row), token };
  }
}

function toTokenView({ id, name, createdAt, lastUsedAt }: BotTokenRow): BotTokenView {
  return { id, name, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null };
}
