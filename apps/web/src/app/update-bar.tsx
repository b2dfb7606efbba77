import { useChatClient } from '@parley/react';
import { useEffect, useState } from 'react';
import { BASE_PATH } from '../api/http.js';
import { followConnection } from '../hooks/follow-connection.js';

/** Says that the server has a newer build than this page, and reloads when that is wanted: what is written stays. */
export function UpdateBar() {
  const isReady = useNewerBuild();
  const [isDismissed, setDismissed] = useState(false);
  // There before there is anything to say: screen readers read out what comes into it.
  return (
    <output className="block">{isReady && !isDismissed ? <Offer onDismiss={() => setDismissed(true)} /> : null}</output>
  );
}

function Offer({ onDismiss }: { onDismiss: () => void }) {
  const dismiss = () => {
    document.getElementById('main')?.focus();
    onDismiss();
  };
  const button =
    'rounded-inline px-1 py-0.5 font-medium text-accent underline-offset-2 hover:underline max-[720px]:py-2.5';
  return (
    <span
      data-testid="update-bar"
      className="flex flex-wrap items-center justify-center gap-x-3 border-b border-line bg-accent-wash px-4 py-1.5 text-second text-ink"
    >
      <span>
        <b className="font-strong">Update ready.</b> Drafts are kept.
      </span>
      <button type="button" onClick={() => location.reload()} className={button}>
        Reload
      </button>
      <button type="button" onClick={dismiss} className={button}>
        Later
      </button>
    </span>
  );
}

/** Asked after each connection but the first, as a new build comes with a restart. A page that was kept asks then, too. */
function useNewerBuild(): boolean {
  const client = useChatClient();
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    // The worker marks a page that it has kept, which may be older than what the server has now.
    let isAsked = 'kept' in document.documentElement.dataset;
    const online = () => {
      if (isAsked) void isOutdated().then((is) => is && setReady(true));
      isAsked = true;
    };
    return followConnection(client, { online });
  }, [client]);
  return isReady;
}

/** Whether the server's page names another program than this one has loaded. */
async function isOutdated(): Promise<boolean> {
  const own = document.querySelector('script[type="module"][src]')?.getAttribute('src');
  try {
    const answer = await fetch(`${BASE_PATH}/`, { headers: { Accept: 'text/html' }, cache: 'no-store' });
    const page = await answer.text();
    return own !== null && own !== undefined && page.includes('name="base-path"') && !page.includes(own);
  } catch {
    return false;
  }
}
