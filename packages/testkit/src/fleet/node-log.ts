/** What a server never prints unless something went wrong that nobody caught. */
const TROUBLE = /UnhandledPromise|unhandled ?rejection|MaxListeners|uncaught|FATAL ERROR|heap out of memory/i;

/** The lines of a node's log that no planned fault excuses. */
export function troubleIn(log: string): string[] {
  return log.split('\n').filter((line) => TROUBLE.test(line));
}
