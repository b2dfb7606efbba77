/** Sentences for screen readers about what was done, where the screen shows nothing of it: `LiveLog` reads them out. */
type Listener = (text: string, about: string | null) => void;

const listeners = new Set<Listener>();

/** `about`: the message that the text quotes. When that is deleted, the text is removed from the log. */
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

/** Says whether something is in the clipboard now, once that is known. */
export function announceCopy(copying: Promise<void>, words = 'Text copied'): void {
  copying.then(
    () => announce(words),
    () => announce('It could not be copied.'),
  );
}
