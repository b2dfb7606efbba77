import { useChatClient } from '@parley/react';
import { useEffect, useState } from 'react';
import { BASE_PATH } from '../api/http.js';
import { followConnection } from '../hooks/follow-connection.js';

/**
 * Says that the server has a newer build than this page, and reloads when that is wanted: what is written stays. "Later" is
 * said of one build: the next one is told of again.
 */
export function UpdateBar() {
  const newer = useNewerBuild();
  const [dismissed, setDismissed] = useState<string | null>(null);
  // There before there is anything to say: screen readers read out what comes into it.
  return (
    <output className="block">
      {newer === null || newer === dismissed ? null : <Offer key={newer} onDismiss={() => setDismissed(newer)} />}
    </output>
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

/**
 * The program of a newer build, null without one. Asked for after each connection but the first, as a new build comes with a
 * restart. A page that was kept asks then, too.
 */
function useNewerBuild(): string | null {
  const client = useChatClient();
  const [newer, setNewer] = useState<string | null>(null);
  useEffect(() => {
    // The worker marks a page that it has kept, which may be older than what the server has now.
    let isAsked = 'kept' in document.documentElement.dataset;
    const online = () => {
      if (isAsked) void newerProgram().then((program) => program !== undefined && setNewer(program));
      isAsked = true;
    };
    return followConnection(client, { online });
  }, [client]);
  return newer;
}

/** The program that the server's page names; null where this page has loaded it, undefined where there is no answer. */
async function newerProgram(): Promise<string | null | undefined> {
  const own = document.querySelector('script[type="module"][src]')?.getAttribute('src');
  try {
    const answer = await fetch(`${BASE_PATH}/`, { headers: { Accept: 'text/html' }, cache: 'no-store' });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const program = page.querySelector('script[type="module"][src]')?.getAttribute('src');
    // The page of a proxy in between is none of ours.
    const isOurs = page.querySelector('meta[name="base-path"]') !== null;
    if (!isOurs || !own) return undefined;
    return program === own ? null : (program ?? undefined);
  } catch {
    return undefined;
  }
}
