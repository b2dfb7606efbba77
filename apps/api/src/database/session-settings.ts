import type pg from 'pg';

export type Settings = Readonly<Record<string, string>>;

/** What our statements and the parsers of their answers go by; a database, a role or a URL may have set it otherwise. */
const RELIED_ON: Settings = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // Deadlines are each connection's own matter.
  statement_timeout: '0',
  lock_timeout: '0',
  transaction_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
};

/**
 * Where our tables are, be it in a schema of the role's own; where there are none yet, where the session would make them.
 * A search path that was changed since does not lose them, as long as they are in `public`.
 */
const SCHEMA = `coalesce(
  (SELECT relnamespace::regnamespace::text FROM pg_class
    WHERE oid = coalesce(to_regclass('conversation_participants'), to_regclass('public.conversation_participants'))),
  quote_ident(current_schema()), 'public')`;

/**
 * The statement by which a session sets how it is to be understood; a setting that its server does not know is left
 * out.
 */
export function statingSettings(own: Settings = {}): string {
  const each = Object.entries({ ...RELIED_ON, ...own }).map(
    ([name, value]) =>
      `CASE WHEN current_setting('${name}', true) IS NOT NULL THEN set_config('${name}', '${value}', false) END`,
  );
  return `SELECT set_config('search_path', ${SCHEMA}, false), ${each.join(', ')}`;
}

/** A server that lost us without a word ends our sessions, and with them their locks, within half a minute. */
const KEEPALIVES: Settings = {
  tcp_keepalives_idle: '15',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
};
const ATTEMPTS = 5;
const CANCELED = '57014';

interface Stating {
  settings?: Settings;
  /** How long it may take, where that is less than for any statement of the session. */
  timeoutMs?: number;
}

/** States the settings in a session that is connected: a pooler takes none of them at the start of a connection. */
export async function stateSettings(session: pg.ClientBase, { settings = {}, timeoutMs }: Stating = {}): Promise<void> {
  const text = `SET statement_timeout = 0; SET lock_timeout = 0; ${statingSettings({ ...KEEPALIVES, ...settings })}`;
  await repeatedWhenCanceled(async () => {
    // `query_timeout` of a single statement is missing in the declarations of node-postgres.
    await session.query({ text, query_timeout: timeoutMs } as pg.QueryConfig);
  });
}

/** A deadline of a few milliseconds that the database sets may be over before the statement that lifts it has run. */
export async function repeatedWhenCanceled<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (fault) {
      if ((fault as { code?: unknown }).code !== CANCELED || attempt === ATTEMPTS) throw fault;
    }
  }
}
