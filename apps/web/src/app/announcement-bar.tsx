import type { Announcement } from '@parley/protocol';
import { useChatEvent } from '@parley/react';
import { useEffect, useRef, useState } from 'react';

/** Timers cannot be set further ahead. */
const FARTHEST_MS = 2_000_000_000;

const keyOf = ({ text, until = '' }: Announcement): string => `${until} ${text}`;

/** What the server's admins announce to everybody, until it ends or is dismissed. It comes again with each connection. */
export function AnnouncementBar() {
  const [announcement, setAnnouncement] = useState<Announcement | null>(null);
  const dismissed = useRef('');
  useChatEvent('server:announcement', (news) => {
    if (keyOf(news) !== dismissed.current) setAnnouncement(news);
  });
  useEffect(() => {
    if (announcement?.until === undefined) return;
    const left = Date.parse(announcement.until) - Date.now();
    const timer = setTimeout(() => setAnnouncement(null), Math.min(Math.max(left, 0), FARTHEST_MS));
    return () => clearTimeout(timer);
  }, [announcement]);
  const dismiss = () => {
    dismissed.current = announcement ? keyOf(announcement) : '';
    setAnnouncement(null);
    document.getElementById('main')?.focus();
  };
  return (
    <div
      className={
        announcement ? 'flex items-center justify-center gap-x-3 border-b border-line bg-signal-wash px-4 py-1.5' : ''
      }
    >
      <output
        className="max-h-[30dvh] min-w-0 overflow-y-auto text-second wrap-anywhere whitespace-pre-wrap text-ink"
        dir="auto"
      >
        {announcement ? <span data-testid="announcement">{announcement.text}</span> : null}
      </output>
      {announcement ? (
        <button
          type="button"
          onClick={dismiss}
          className="shrink-0 rounded-inline px-1 py-0.5 text-second font-medium text-accent underline-offset-2 hover:underline"
        >
          Dismiss
        </button>
      ) : null}
    </div>
  );
}
