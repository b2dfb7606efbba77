/** Between two updates of a conversation: at most two a second, however many begin and end. */
const BETWEEN_MS = 500;

interface Pause {
  timer: NodeJS.Timeout;
  hasChanged: boolean;
}

/** Decides when a conversation is updated: at once after a rest, else when its pause is over. */
export class TypingUpdates {
  private readonly pauses = new Map<string, Pause>();

  constructor(private readonly update: (conversationId: string) => void) {}

  changed(conversationId: string): void {
    const pause = this.pauses.get(conversationId);
    if (pause) pause.hasChanged = true;
    else this.now(conversationId);
  }

  /** Without regard to the pause: for an update that may not come later. */
  now(conversationId: string): void {
    clearTimeout(this.pauses.get(conversationId)?.timer);
    const timer = setTimeout(() => this.end(conversationId), BETWEEN_MS).unref();
    this.pauses.set(conversationId, { timer, hasChanged: false });
    this.update(conversationId);
  }

  close(): void {
    for (const { timer } of this.pauses.values()) clearTimeout(timer);
    this.pauses.clear();
  }

  private end(conversationId: string): void {
    const hasChanged = this.pauses.get(conversationId)?.hasChanged;
    this.pauses.delete(conversationId);
    if (hasChanged) this.now(conversationId);
  }
}
