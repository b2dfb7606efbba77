/** How a picture lies over the place where it fits: enlarged by `scale` and moved from the middle. Pixels. */
export interface Zoom {
  scale: number;
  x: number;
  y: number;
}

export interface Extent {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export const FITTED: Zoom = { scale: 1, x: 0, y: 0 };
export const LARGEST_SCALE = 8;

/** Enlarged by `factor`, with what is at `point` staying there; `point` is measured from the middle of the stage. */
export function zoomedAt({ scale, x, y }: Zoom, factor: number, point: Point): Zoom {
  const next = Math.min(LARGEST_SCALE, Math.max(1, scale * factor));
  const grown = next / scale;
  return { scale: next, x: point.x - (point.x - x) * grown, y: point.y - (point.y - y) * grown };
}

/** Moved back so far that no edge of the picture is within the stage, unless it is smaller than that. */
export function keptInside({ scale, x, y }: Zoom, picture: Extent, stage: Extent): Zoom {
  const reach = (size: number, room: number) => Math.max(0, (size * scale - room) / 2);
  const within = (value: number, limit: number) => Math.min(limit, Math.max(-limit, value));
  return {
    scale,
    x: within(x, reach(picture.width, stage.width)),
    y: within(y, reach(picture.height, stage.height)),
  };
}

/** What a drag of an unenlarged picture asks for: another picture, the end, or nothing. */
export function swipeOf({ x, y }: Point): 'next' | 'previous' | 'close' | null {
  if (Math.abs(x) > SWIPE_PX && Math.abs(x) > 1.5 * Math.abs(y)) return x < 0 ? 'next' : 'previous';
  return y > SWIPE_PX * 1.5 && y > 1.5 * Math.abs(x) ? 'close' : null;
}

const SWIPE_PX = 56;
