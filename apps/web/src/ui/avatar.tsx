import { firstGraphemes, type UserView } from '@parley/protocol';
import { useConnection, useFileUrl } from '@parley/react';
import { type CSSProperties, useEffect, useState } from 'react';
import { classes } from './classes.js';

interface AvatarProps {
  /** Decides the hue. */
  id: string;
  name: string;
  url?: string | null;
  /** Pixels. */
  size?: 16 | 24 | 32 | 36 | 40 | 72;
  className?: string;
}

/**
 * A person or a group as a tile: a picture, or initials on a hue of their own while there is none. Hidden from screen
 * readers, since the name stands beside it.
 */
export function Avatar({ id, name, url, size = 36, className }: AvatarProps) {
  const hue = hueOf(id);
  const style: CSSProperties = {
    width: size,
    height: size,
    fontSize: size <= 16 ? 8 : Math.round(size * 0.37),
    borderRadius: size <= 16 ? 5 : size >= 72 ? 18 : 9,
    background: `oklch(var(--avatar-l) var(--avatar-c) ${hue})`,
    color: `oklch(var(--avatar-ink-l) var(--avatar-ink-c) ${hue})`,
  };
  return (
    <span
      aria-hidden="true"
      dir="auto"
      style={style}
      className={classes(
        'relative inline-flex flex-none items-center justify-center overflow-hidden font-strong select-none',
        className,
      )}
    >
      {initialsOf(name, size <= 16 ? 1 : 2)}
      {url ? <AnyPicture key={url} url={url} /> : null}
    </span>
  );
}

/** What people have uploaded is fetched with the token; an address on another server the browser loads by itself. */
function AnyPicture({ url }: { url: string }) {
  return url.startsWith('/') ? <UploadedPicture path={url} /> : <Picture url={url} />;
}

function UploadedPicture({ path }: { path: string }) {
  const { url, error, renew } = useFileUrl(path);
  if (url !== null) return <Picture key={url} url={url} />;
  return error === null ? null : <RetriedOnline renew={renew} />;
}

/** What failed for want of a connection is tried again with the next one. */
function RetriedOnline({ renew }: { renew: () => void }) {
  const { state, since } = useConnection();
  const [failedSince] = useState(since);
  const isBack = state === 'online' && since !== failedSince;
  useEffect(() => {
    if (isBack) renew();
  }, [isBack, renew]);
  return null;
}

/** Drawn over the initials once it has loaded. */
function Picture({ url }: { url: string }) {
  const [state, setState] = useState<'loading' | 'loaded' | 'failed'>('loading');
  if (state === 'failed') return null;
  return (
    <img
      src={url}
      alt=""
      // The host of the picture does not learn the page that shows it.
      referrerPolicy="no-referrer"
      className={classes('absolute inset-0 size-full bg-raised object-cover', state === 'loading' && 'invisible')}
      onLoad={() => setState('loaded')}
      onError={() => setState('failed')}
    />
  );
}

export function PersonAvatar({ user, ...rest }: { user: UserView } & Pick<AvatarProps, 'size' | 'className'>) {
  return <Avatar id={user.id} name={user.displayName} url={user.avatarUrl} {...rest} />;
}

/** One of twelve hues, by a hash of every character: consecutive ids differ in few of them. */
function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) % 12) * 30 + 15;
}

/** The first characters of the first and the last word, or two of the only one. */
export function initialsOf(name: string, count: number): string {
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    .filter(Boolean);
  const [first = '', last] = words.length > 1 ? [words[0], words.at(-1)] : words;
  const text = last === undefined ? firstGraphemes(first, 2) : firstGraphemes(first, 1) + firstGraphemes(last, 1);
  return firstGraphemes(text, count).toUpperCase() || '?';
}
