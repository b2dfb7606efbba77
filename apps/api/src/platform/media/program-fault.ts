/** A program that was given up, or gave up. `died`: somebody else has killed it, which may be nothing that its input did. */
export class ProgramFault extends Error {
  constructor(
    readonly reason: 'failed' | 'time' | 'output' | 'died',
    words: string,
  ) {
    super(words);
  }
}
