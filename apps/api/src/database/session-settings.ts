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
  search_path: 'public',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // Deadlines are each connection's own matter.
  statement_timeout: '0',
  lock_timeout: '0',
  transaction_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
};

/** A statement by which a session says how it wants to be understood; a setting that its server does not know is left. */
export function statingSettings(own: Settings = {}): string {
  const each = Object.entries({ ...RELIED_ON, ...own }).map(
    ([name, value]) =>
      `CASE WHEN current_setting('${name}', true) IS NOT NULL THEN set_config('${name}', '${value}', false) END`,
  );
  return `SELECT ${each.join(', ')}`;
}
