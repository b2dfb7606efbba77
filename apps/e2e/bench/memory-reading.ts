/** What stands before a reading in a server's output. */
export const READING = 'memory-reading ';

/** What a server holds once it has collected its garbage, in bytes. */
export interface MemoryReading {
  /** Of the machine. */
  resident: number;
  /** In use: JavaScript's objects, and buffers outside of its heap. */
  used: number;
}
