/** Opens what a lock guards. The lock is released with it, and at once where opening fails. */
export async function holding<Opened extends { close(): Promise<void> }>(
  release: () => Promise<void>,
  open: () => Promise<Opened>,
): Promise<Opened> {
  try {
    const opened = await open();
    const close = async () => {
      await opened.close();
      await release();
    };
    return { ...opened, close };
  } catch (fault) {
    await release();
    throw fault;
  }
}
