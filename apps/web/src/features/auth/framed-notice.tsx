import { useState } from 'react';

/** Says, in a frame of another site, that the browser will not keep the session. */
export function FramedNotice() {
  const [isShown] = useState(() => window.top !== window && !keepsCookies());
  if (!isShown) return null;
  return (
    <p role="alert" className="mb-6 rounded-control bg-signal-wash px-3 py-2 text-second text-ink">
      This page is shown inside another site, where your browser does not let it remember that you signed in.{' '}
      <a href={location.href} target="_blank" rel="noopener" className="font-medium text-accent underline">
        Open it in a window of its own
      </a>{' '}
      to sign in there.
    </p>
  );
}

/** Whether the browser keeps a `SameSite` cookie here, as that of the session is. */
function keepsCookies(): boolean {
  const name = 'parley_probe';
  try {
    document.cookie = `${name}=1; SameSite=Strict; Max-Age=5`;
    const isKept = document.cookie.split('; ').includes(`${name}=1`);
    document.cookie = `${name}=; SameSite=Strict; Max-Age=0`;
    return isKept;
  } catch {
    // A sandboxed frame has no cookies at all.
    return false;
  }
}
