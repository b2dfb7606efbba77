const KEY = 'parley.last-user';

/** Whose messages may wait on this device, for the page that is loaded where the server cannot be asked who it is. */
export function lastUser(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Null: their session has ended, here or elsewhere, and what they wrote is shown to nobody who does not sign in. */
export function setLastUser(id: string | null): void {
  try {
    if (id === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, id);
  } catch {
    // Where storage is switched off nothing waits after the page either.
  }
}
