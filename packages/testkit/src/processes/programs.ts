import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian keeps Postgres's server programs off PATH, one folder a version. */
const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/** The path of an installed program; `hint` is how to get it where there is none. */
export function program(name: string, hint: string): string {
  const path = findProgram(name);
  if (!path) throw new Error(`No "${name}" found on PATH or below ${DEBIAN_POSTGRES}: ${hint}.`);
  return path;
}

function findProgram(name: string): string | null {
  const versions = existsSync(DEBIAN_POSTGRES)
    ? readdirSync(DEBIAN_POSTGRES).sort((a, b) => Number(b) - Number(a))
    : [];
  const directories = [
    ...(process.env.PATH ?? '').split(delimiter),
    // Where Debian keeps servers.
    '/usr/sbin',
    ...versions.map((version) => join(DEBIAN_POSTGRES, version, 'bin')),
  ];
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path)) ?? null;
}
