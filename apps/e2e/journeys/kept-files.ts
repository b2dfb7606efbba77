/**
 * How many contents of files the page's outbox has stored in the browser's database: what it shows as on its way may not be
 * there yet, and would be gone with the page. Evaluated in a page.
 */
export async function keptFiles(): Promise<number> {
  const named = (await indexedDB.databases()).flatMap(({ name }) => (name?.startsWith('parley-') ? [name] : []));
  const counts = named.map(
    (name) =>
      new Promise<number>((resolve) => {
        const opening = indexedDB.open(name);
        opening.onerror = () => resolve(0);
        opening.onsuccess = () => {
          const { result: database } = opening;
          const counting = database.transaction('contents').objectStore('contents').count();
          counting.onsuccess = () => {
            database.close();
            resolve(counting.result);
          };
        };
      }),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
