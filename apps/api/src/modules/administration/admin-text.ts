import type { AuditEntry, BotTokenView } from '@parley/protocol';
import type { ParleyError } from '../../kernel/errors.js';

const SENTENCES: Record<string, string> = {
  taken: 'This username is taken.',
  without_password: 'This account has no password here: it is a bot, or signs in at the host product.',
  disabled: 'This account is disabled. Enable it first.',
  last_admin: 'This is the last server admin who can sign in. Make another one first (ADMIN_USERS).',
};

/** Why a command was refused, for people. */
export function sentenceOf({ message, extra }: ParleyError): string {
  const [detail] = extra.details ?? [];
  if (!detail) return message;
  return SENTENCES[detail.message] ?? `${message} (${detail.path} ${detail.message})`;
}

/** Rows as text, each column as wide as its widest. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function tokenLine({ id, name, createdAt, lastUsedAt }: BotTokenView): string {
  return `${id}  "${name}", made ${createdAt}, ${lastUsedAt === null ? 'never used' : `last used ${lastUsedAt}`}`;
}

export function auditLine(entry: AuditEntry, names: ReadonlyMap<string, string>): string[] {
  const { at, actorId, action, target, details } = entry;
  const who = actorId === null ? 'command line' : (names.get(actorId) ?? actorId);
  const whom = target === null ? '' : `${target.kind} ${names.get(target.id) ?? target.id}`;
  return [at, who, action, whom, Object.keys(details).length > 0 ? JSON.stringify(details) : ''];
}
