/**
 * A part of the app together with the client's part that uploads and reads files. Some browsers never fetch a part again
 * that failed once, and the client could only ask again: so it is fetched early, and replaced, as the app's own parts are.
 */
export async function withTransfers<Part>(part: Promise<Part>): Promise<Part> {
  const [loaded] = await Promise.all([part, import('@parley/client/files')]);
  return loaded;
}
