/** Why nothing was made of a content. `died`: its process ended by itself, or was ended by somebody else. */
export type MediaFailureReason = 'unreadable' | 'time' | 'memory' | 'died';

export class MediaFailure extends Error {
  constructor(
    readonly reason: MediaFailureReason,
    message: string,
  ) {
    super(message);
  }
}
