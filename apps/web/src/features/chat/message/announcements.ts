/** Short words about what was done, for the open conversation's log: nothing on the screen says it. */
type Listener = (text: string, about: string | null) => void;

const listeners = new Set<Listener>();

/** `about`: the message whose words are in it. They go from the log with those of the message. */
export function announce(text: string, about: string | null = null): void {
  for (const listener of listeners) listener(text, about);
}

/** Returns how to stop. */
export function onAnnouncement(listener: Listener): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
