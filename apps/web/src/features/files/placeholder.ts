import type { AttachedFile } from '@parley/protocol';
import type { CSSProperties } from 'react';
import { thumbHashToDataURL } from 'thumbhash';

const drawn = new Map<string, string | null>();
const KEPT = 500;

/** A few dozen bytes of the metadata as a blurred picture; null for what is none. An address of `data:`. */
export function placeholderOf(placeholder: string | undefined): string | null {
  if (placeholder === undefined) return null;
  const known = drawn.get(placeholder);
  if (known !== undefined) return known;
  if (drawn.size >= KEPT) drawn.clear();
  const made = drawnOf(placeholder);
  drawn.set(placeholder, made);
  return made;
}

function drawnOf(placeholder: string): string | null {
  try {
    return thumbHashToDataURL(Uint8Array.from(atob(placeholder), (letter) => letter.charCodeAt(0)));
  } catch {
    // Whatever it is, it is no reason not to show the message.
    return null;
  }
}

/** The style of a box that shows it until the picture is there. */
export function backdropOf({ placeholder }: Pick<AttachedFile, 'placeholder'>): CSSProperties {
  const url = placeholderOf(placeholder);
  return url === null ? {} : { backgroundImage: `url(${url})` };
}
