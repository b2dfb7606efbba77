/**
 * Gives the memory of a buffer back at once, which nobody may look at any more. Left to the collector, some forty megabytes that
 * pass make it mark a node's whole heap, which takes as long as passing them on. A part of a larger buffer stays as it is.
 */
export function releaseMemory({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteLength > 0 && byteLength === buffer.byteLength) buffer.transfer(0);
}
