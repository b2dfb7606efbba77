import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { asParleyError, ParleyError } from '../../kernel/errors.js';
import { isUuid } from '../../kernel/ids.js';
import { isName } from '../../platform/names.js';
import { AuditService } from '../audit/index.js';
import { BotsService, DisablingService, LinksService } from '../auth/index.js';
import { type UserRow, UsersRepository, UsersService, usernameFrom } from '../users/index.js';
import {
  type AdminArguments,
  type AdminOutcome,
  type CommandName,
  HELP,
  readArguments,
  usageOutcome,
} from './admin-arguments.js';
import { auditLine, columns, sentenceOf, tokenLine } from './admin-text.js';
import { UsageError } from './usage-error.js';

type Command = (args: AdminArguments) => Promise<string>;

/** The command line is no user: what it did is in the audit log without an actor. */
const COMMAND_LINE = null;
const MOST_LISTED = 1_000;

/** The commands of `npm run admin`, by whichever way they come. */
@Injectable()
export class AdminCommands {
  private readonly commands: Record<CommandName, Command> = {
    invite: (args) => this.invite(args),
    reset: (args) => this.reset(args),
    withdraw: (args) => this.withdraw(args),
    disable: (args) => this.setDisabled(args, true),
    enable: (args) => this.setDisabled(args, false),
    list: (args) => this.list(args),
    bot: (args) => this.bot(args),
    bots: () => this.listBots(),
    audit: (args) => this.showAudit(args),
  };

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly links: LinksService,
    private readonly disabling: DisablingService,
    private readonly bots: BotsService,
    private readonly audit: AuditService,
    private readonly users: UsersService,
    private readonly people: UsersRepository,
  ) {}

  /** Never throws: what goes wrong is a sentence. */
  async run(args: readonly string[]): Promise<AdminOutcome> {
    try {
      const read = readArguments(args);
      return read ? { code: 0, text: await this.commands[read.command](read) } : HELP;
    } catch (fault) {
      if (fault instanceof UsageError) return usageOutcome(fault);
      return { code: 1, text: sentenceOf(asParleyError(fault)) };
    }
  }

  private async invite({ words, username, hours, url }: AdminArguments): Promise<string> {
    expectWords(words, 0, 0);
    const link = await this.links.create(COMMAND_LINE, { purpose: 'invite', ...given({ username, hours }) });
    const whom = link.username === null ? 'one guest' : link.username;
    return this.linkText(`Lets ${whom} register, once, until ${link.expiresAt}`, { ...link, url });
  }

  private async reset({ words, hours, url }: AdminArguments): Promise<string> {
    const [user] = expectWords(words, 1, 1);
    const { username } = await this.userOf(user);
    const link = await this.links.create(COMMAND_LINE, { purpose: 'reset', username, ...given({ hours }) });
    return this.linkText(`Sets a new password for ${username}, once, until ${link.expiresAt}`, { ...link, url });
  }

  private linkText(what: string, { id, path, url }: { id: string; path: string; url: string | undefined }): string {
    const origin = url ?? this.config.allowedOrigins[0] ?? `http://localhost:${this.config.port}`;
    return `${what}:\n\n  ${origin}${path}\n\nTo take it back: npm run admin -- withdraw ${id}`;
  }

  private async withdraw({ words }: AdminArguments): Promise<string> {
    const [id] = expectWords(words, 1, 1);
    if (!isUuid(id)) throw new UsageError('The id of a link was printed with it.');
    await this.links.revoke(COMMAND_LINE, id);
    return 'The link is good no more.';
  }

  private async setDisabled({ words }: AdminArguments, isDisabled: boolean): Promise<string> {
    const [user] = expectWords(words, 1, 1);
    const { id, username } = await this.userOf(user);
    await this.disabling.change(COMMAND_LINE, id, isDisabled);
    return isDisabled ? `${username} is disabled, and every session has ended.` : `${username} may sign in again.`;
  }

  private async list({ words }: AdminArguments): Promise<string> {
    expectWords(words, 0, 1);
    const rows = await this.people.beginningWith((words[0] ?? '').toLowerCase(), MOST_LISTED);
    if (rows.length === 0) return 'There are no such accounts.';
    return columns(rows.map((row) => [row.username, this.kindOf(row), row.displayName, row.id]));
  }

  private kindOf(row: UserRow): string {
    const kind = row.isBot ? 'bot' : this.users.roleOf(row);
    return row.isDisabled ? `${kind}, disabled` : kind;
  }

  private async bot({ words, name }: AdminArguments): Promise<string> {
    const [username, verb, what] = expectWords(words, 1, 3);
    if (verb === undefined) {
      const { token } = await this.bots.create(COMMAND_LINE, { username, ...given({ displayName: named(name) }) });
      return `The bot ${username} signs in with this token, which is shown this once:\n\n  ${token.token}`;
    }
    const { id, isBot } = await this.userOf(username);
    if (!isBot) throw new ParleyError('not_found', { message: `${username} is no bot.` });
    if (verb === 'token') {
      const { token } = await this.bots.issue(COMMAND_LINE, id, named(what) ?? 'command line');
      return `Another token of ${username}, which is shown this once:\n\n  ${token}`;
    }
    if (verb !== 'revoke' || !isUuid(what)) throw new UsageError('Of a bot one can ask "token" or "revoke TOKEN".');
    await this.bots.revoke(COMMAND_LINE, id, what);
    return `The token is good no more, and the connections of ${username} that came with it end.`;
  }

  private async listBots(): Promise<string> {
    const { items } = await this.bots.list();
    if (items.length === 0) return 'There are no bots.';
    return items
      .map(({ user, isDisabled, tokens }) => {
        const head = `${user.username}${isDisabled ? ' (disabled)' : ''}  ${user.id}`;
        return [head, ...tokens.map((token) => `  ${tokenLine(token)}`)].join('\n');
      })
      .join('\n');
  }

  private async showAudit({ words, limit }: AdminArguments): Promise<string> {
    expectWords(words, 0, 0);
    const { items, users } = await this.audit.list(given({ limit }));
    if (items.length === 0) return 'Nothing has been done yet.';
    const names = new Map(users.map(({ id, username }) => [id, username]));
    return columns(items.map((entry) => auditLine(entry, names)));
  }

  private async userOf(text: string): Promise<UserRow> {
    const username = usernameFrom(text);
    const byName = username === null ? null : await this.people.findByUsername(username);
    const found = byName ?? (isUuid(text) ? await this.people.find(text) : null);
    if (!found) throw new ParleyError('not_found', { message: `There is no account "${text}".` });
    return found;
  }
}

function expectWords(words: readonly string[], least: number, most: number): [string, ...string[]] {
  if (words.length < least) throw new UsageError('Something is missing.');
  if (words.length > most) throw new UsageError(`"${words.slice(most).join(' ')}" is too much.`);
  return words as [string, ...string[]];
}

function named(text: string | undefined): string | undefined {
  if (text !== undefined && !isName(text))
    throw new UsageError('A name is visible text on one line, of at most 100 characters.');
  return text;
}

/** Without what was not given. */
function given<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
