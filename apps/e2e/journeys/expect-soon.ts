/** Tries until what is expected holds, for a while. */
export async function expectSoon(check: () => Promise<void>): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    try {
      await check();
      return;
    } catch (fault) {
      if (turn === 50) throw fault;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
