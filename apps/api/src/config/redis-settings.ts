/** What of the environment's reader is needed here. */
interface Reader {
  list(name: string): string[];
  text(name: string): string | null;
  url(name: string, protocols: readonly string[]): string | null;
  fault(sentence: string): void;
}

const PROTOCOLS = ['redis:', 'rediss:'];
const isOfRedis = (url: string) => URL.canParse(url) && PROTOCOLS.includes(new URL(url).protocol);

/** Where Redis is: one address, or several of which any may be tried. Null: there is none. */
export function redisSettings(reader: Reader): readonly string[] | null {
  const one = reader.url('REDIS_URL', PROTOCOLS);
  const several = reader.list('REDIS_URLS');
  // They may hold passwords, so the fault does not repeat them.
  if (!several.every(isOfRedis)) {
    reader.fault('REDIS_URLS must list URLs that begin with redis:// or rediss://, separated by commas.');
    return null;
  }
  if (reader.text('REDIS_URL') !== null && several.length > 0) {
    reader.fault('REDIS_URL and REDIS_URLS are the same for one address and for several: set one of them.');
  }
  if (several.length > 0) return several;
  return one === null ? null : [one];
}
