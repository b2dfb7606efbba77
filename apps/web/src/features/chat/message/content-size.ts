const encoder = new TextEncoder();

/** Bytes left for a text, as the server counts them; below 0 the text is too long. */
export function roomLeft(text: string, most: number): number {
  return most - encoder.encode(text).length;
}

/** Says "bytes", since one character may be several. */
export function bytesOf(count: number): string {
  return count === 1 ? '1 byte' : `${count.toLocaleString()} bytes`;
}
