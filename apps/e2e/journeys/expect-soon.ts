const TIMEOUT_MS = 20_000;

/** Tries until what is expected holds, for a while. */
export async function expectSoon(check: () => Promise<void>): Promise<void> {
  const end = performance.now() + TIMEOUT_MS;
  for (;;) {
    try {
      await check();
      return;
    } catch (fault) {
      if (performance.now() > end) throw fault;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
