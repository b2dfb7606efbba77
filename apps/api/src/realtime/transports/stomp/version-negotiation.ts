/** Best first. */
const VERSIONS = ['1.2', '1.1', '1.0'] as const;

export type StompVersion = (typeof VERSIONS)[number];

/** As an ERROR names them to a client that speaks none of them. */
export const SPOKEN_VERSIONS = VERSIONS.join(',');

/**
 * The highest that both offer; null for none. Who names none speaks 1.0, which has no header for it. Some clients list
 * their oldest version first, so the order says nothing.
 */
export function chooseVersion(offered = '1.0'): StompVersion | null {
  const names = offered.split(',').map((name) => name.trim());
  return VERSIONS.find((version) => names.includes(version)) ?? null;
}

/** The subprotocol of the highest version that is offered. What a connection speaks is decided by its CONNECT alone. */
export function chooseSubprotocol(offered: ReadonlySet<string>): string | null {
  const names = VERSIONS.map((version) => `v${version.replace('.', '')}.stomp`);
  return names.find((name) => offered.has(name)) ?? null;
}
