const KEY = 'parley.signing-out';

/** Whether somebody signed out on this device whom the server still counts as signed in: the cookie is still there. */
export function isSignOutPending(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

export function setSignOutPending(isPending: boolean): void {
  try {
    if (isPending) localStorage.setItem(KEY, '');
    else localStorage.removeItem(KEY);
  } catch {
    // Where storage is switched off the next page signs in again, unless the server was reached.
  }
}
