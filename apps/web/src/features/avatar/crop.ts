import type { Extent, Zoom } from '../files/zoom.js';

/** Pixels a side of what is uploaded: a little more than the largest that is shown, on screens of two pixels a point. */
const LARGEST_SIDE = 512;

/** A square of a picture, in its own pixels. */
export interface Crop {
  x: number;
  y: number;
  side: number;
}

/** What of a picture a square stage of `room` pixels shows that it covers, enlarged and moved so. */
export function cropOf({ scale, x, y }: Zoom, { width, height }: Extent, room: number): Crop {
  const shorter = Math.min(width, height);
  const side = shorter / scale;
  const perPixel = side / room;
  const within = (start: number, length: number) => Math.min(length - side, Math.max(0, start));
  return {
    x: within((width - side) / 2 - x * perPixel, width),
    y: within((height - side) / 2 - y * perPixel, height),
    side,
  };
}

/** That square as a picture of its own, no larger than the square. Rejects where the browser cannot make one. */
export async function cropped(picture: HTMLImageElement, { x, y, side }: Crop): Promise<Blob> {
  const size = Math.max(1, Math.min(LARGEST_SIDE, Math.round(side)));
  const canvas = Object.assign(document.createElement('canvas'), { width: size, height: size });
  const context = canvas.getContext('2d');
  if (context) context.imageSmoothingQuality = 'high';
  context?.drawImage(picture, x, y, side, side, 0, 0, size, size);
  // PNG where the browser writes no WebP.
  const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/webp', 0.9));
  if (!made) throw new Error('The browser made no picture of the canvas.');
  return made;
}
