const encoder = new TextEncoder();

/** How much room is left for a text; less than 0: it is too long. Bytes, as the server counts. */
export function roomLeft(text: string, most: number): number {
  return most - encoder.encode(text).length;
}

/** Not "characters": one of these may be several bytes. */
export function bytesOf(count: number): string {
  return count === 1 ? '1 byte' : `${count.toLocaleString()} bytes`;
}
