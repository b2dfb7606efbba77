/** A random UUID (version 4). Made by hand: browsers have `crypto.randomUUID` only behind TLS and on localhost. */
export function newClientId(): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  // Two digits are the version and the variant, and are not random.
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-8$4-');
}
