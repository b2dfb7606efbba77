import type { Queries } from './plain-session.js';

/** @throws with a sentence where the server would store something else than what people write. */
export async function requireUtf8(session: Queries): Promise<void> {
  const [row] = await session.query<{ encoding: string }>("SELECT current_setting('server_encoding') AS encoding");
  if (row?.encoding === 'UTF8') return;
  throw new Error(
    `The database is encoded in ${row?.encoding}, and Parley needs UTF8. ` +
      "Make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, and name it in DATABASE_URL.",
  );
}
