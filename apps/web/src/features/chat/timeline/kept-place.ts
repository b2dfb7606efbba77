/** Closer than this to the end counts as being at the end. Pixels. */
export const END_PX = 80;
/** Frames for which the position is restored after the list was resized, while its rows are measured again. */
const HOLD_FRAMES = 8;
/**
 * Scrolling within this time after a wheel, a key or a touch counts as the reader's: smooth scrolling lasts so long.
 */
const INTENT_MS = 800;
const INPUTS = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const;
const RELEASES = ['pointerup', 'pointercancel'] as const;

/** The reader's position. */
interface Place {
  /** At the newest message. */
  pinned: boolean;
  /** Client id of the top visible row, where not pinned. */
  key: string | null;
  /** Of that row, from the top of the view. Pixels. */
  offset: number;
}

interface Kept {
  view: HTMLElement;
  rows: HTMLElement;
  /** Whether the last row is the newest message; where it is not, the end is not kept. */
  isLive: () => boolean;
}

export interface PlaceKeeper {
  /** To be called before a jump that the reader asked for: the scrolling that follows counts as the reader's. */
  leave: () => void;
  stop: () => void;
}

/**
 * Keeps the reader's position in a list whose rows, height and width change: a list at its end stays there, in any
 * other the top row keeps its offset. Only the reader leaves the end. `moved` is called whenever the position may have
 * changed. It scrolls without the virtualizer, which inside an observer still has the old size, and by a distance
 * instead of to a position: Firefox scrolls in a thread of its own, and a position would undo scrolling that the page
 * does not know yet.
 */
export function keepPlace({ view, rows, isLive }: Kept, moved: (place: Place) => void): PlaceKeeper {
  const look = () => placeOf(view, isLive());
  let place = look();
  let width = view.clientWidth;
  let height = view.scrollHeight;
  let holdFrames = 0;
  const input = watchInput(view);
  const { acting } = input;

  const onScroll = () => {
    const byLayout = !acting() && (holdFrames > 0 || view.scrollHeight !== height);
    height = view.scrollHeight;
    const next = look();
    if (byLayout && place.pinned && !next.pinned) toEnd(view);
    else if (holdFrames === 0 || acting()) place = next;
    moved(place);
  };
  const hold = () => {
    if (acting()) holdFrames = 1;
    else if (place.pinned) toEnd(view);
    else restore(view, place);
    holdFrames -= 1;
    if (holdFrames > 0) requestAnimationFrame(hold);
  };
  const onSize = () => {
    const isHolding = holdFrames > 0;
    if (place.pinned || view.clientWidth !== width) holdFrames = HOLD_FRAMES;
    width = view.clientWidth;
    if (holdFrames > 0 && !isHolding) hold();
  };
  const onRows = () => {
    if (place.pinned && !acting()) toEnd(view);
    // A list that fits without scrolling gets no scroll event.
    else if (look().pinned) place = look();
    moved(place);
  };

  const stopObserving = observe(view, rows, { onScroll, onSize, onRows });
  return {
    leave: () => {
      input.note();
      place = { pinned: false, key: null, offset: 0 };
    },
    stop: () => {
      stopObserving();
      input.stop();
    },
  };
}

interface Handlers {
  onScroll: () => void;
  /** The view was resized. */
  onSize: () => void;
  /** The rows have another height. */
  onRows: () => void;
}

function observe(view: HTMLElement, rows: HTMLElement, { onScroll, onSize, onRows }: Handlers): () => void {
  const sizes = new ResizeObserver(onSize);
  const heights = new ResizeObserver(onRows);
  sizes.observe(view);
  heights.observe(rows);
  view.addEventListener('scroll', onScroll, { passive: true });
  return () => {
    sizes.disconnect();
    heights.disconnect();
    view.removeEventListener('scroll', onScroll);
  };
}

/** Tracks whether the reader scrolls or did so within `INTENT_MS`. `note` counts as the reader's input. */
function watchInput(view: HTMLElement) {
  let lastInput = Number.NEGATIVE_INFINITY;
  let pressing = false;
  const note = () => {
    lastInput = performance.now();
  };
  const onInput = (event: Event) => {
    note();
    if (event.type === 'pointerdown') pressing = true;
  };
  const onRelease = () => {
    pressing = false;
  };
  for (const name of INPUTS) view.addEventListener(name, onInput, { passive: true });
  for (const name of RELEASES) addEventListener(name, onRelease);
  const stop = () => {
    for (const name of INPUTS) view.removeEventListener(name, onInput);
    for (const name of RELEASES) removeEventListener(name, onRelease);
  };
  return { note, stop, acting: () => pressing || performance.now() - lastInput < INTENT_MS };
}

function placeOf(view: HTMLElement, isLive: boolean): Place {
  const below = view.scrollHeight - view.scrollTop - view.clientHeight;
  if (isLive && below <= END_PX) return { pinned: true, key: null, offset: 0 };
  const top = view.getBoundingClientRect().top;
  for (const row of view.querySelectorAll<HTMLElement>('[data-client-id]')) {
    const box = row.getBoundingClientRect();
    if (box.bottom > top) return { pinned: false, key: row.dataset.clientId ?? null, offset: box.top - top };
  }
  return { pinned: false, key: null, offset: 0 };
}

function toEnd(view: HTMLElement): void {
  view.scrollBy(0, view.scrollHeight - view.clientHeight - view.scrollTop);
}

function restore(view: HTMLElement, { key, offset }: Place): void {
  const row = key === null ? null : view.querySelector<HTMLElement>(`[data-client-id="${CSS.escape(key)}"]`);
  if (row) view.scrollBy(0, row.getBoundingClientRect().top - view.getBoundingClientRect().top - offset);
}
