/** A program that was given up, or gave up. */
export class ProgramFault extends Error {
  constructor(
    readonly reason: 'failed' | 'time' | 'output',
    words: string,
  ) {
    super(words);
  }
}
