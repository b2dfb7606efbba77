/** What no line of a log may hold, whoever wrote what: tokens, sessions of a transport, cookies, passwords and their hashes. */
const PATTERNS: readonly RegExp[] = [
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/,
  /\bsid=[\w-]/,
  /\bparley_(?:refresh|forum)\w*=[^;\s"]/,
  /\b(?:set-)?cookie\\?":\\?"(?!\[secret\])/i,
  /\bauthorization\\?":\\?"(?!\[secret\])/i,
  /\bbearer [\w-]{8,}/i,
  /\bpassword\\?":\\?"(?!\[secret\])/i,
  /\$argon2/,
];

/** The lines of a log that hold a secret: one that looks like it, or one of these. */
export function secretsIn(log: string, secrets: readonly string[] = []): string[] {
  const known = secrets.filter((secret) => secret !== '');
  return log
    .split('\n')
    .filter((line) => PATTERNS.some((each) => each.test(line)) || known.some((each) => line.includes(each)));
}
