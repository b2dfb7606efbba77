/** Closer than this to the end counts as being there, and new messages keep it there. Pixels. */
export const END_PX = 80;
/** Frames for which the end, or the top row, is held after the list's size changed and its rows are measured again. */
const HOLD_FRAMES = 8;
/** Scrolling within this time after a wheel, a key or a touch is the reader's own: smooth scrolling takes a while. */
const INTENT_MS = 800;
const INPUTS = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const;
const RELEASES = ['pointerup', 'pointercancel'] as const;

/** Where the reader is. */
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
  /** Whether the last row is the newest message. Else there is no end to stay at. */
  isLive: () => boolean;
}

export interface PlaceKeeper {
  /** The reader asked to be taken elsewhere: what the list does next is their own doing. */
  leave: () => void;
  stop: () => void;
}

/**
 * Keeps the reader's place in a list whose rows, height and width change: at the end it stays at the end, else the top
 * row keeps its offset. Only the reader leaves the end. `moved` is called with the place whenever it may have changed.
 * It scrolls by hand: inside an observer the virtualizer would still reckon with the old size. And by a distance, never
 * to a position: Firefox scrolls in a thread of its own and would take back what the page has not heard of yet.
 */
export function keepPlace({ view, rows, isLive }: Kept, moved: (place: Place) => void): PlaceKeeper {
  const look = () => placeOf(view, isLive());
  let place = look();
  let width = view.clientWidth;
  let height = view.scrollHeight;
  let held = 0;
  const hands = watchHands(view);
  const { acting } = hands;

  const onScroll = () => {
    const byLayout = !acting() && (held > 0 || view.scrollHeight !== height);
    height = view.scrollHeight;
    const next = look();
    if (byLayout && place.pinned && !next.pinned) toEnd(view);
    else if (held === 0 || acting()) place = next;
    moved(place);
  };
  const hold = () => {
    if (acting()) held = 1;
    else if (place.pinned) toEnd(view);
    else restore(view, place);
    held -= 1;
    if (held > 0) requestAnimationFrame(hold);
  };
  const onSize = () => {
    const holding = held > 0;
    if (place.pinned || view.clientWidth !== width) held = HOLD_FRAMES;
    width = view.clientWidth;
    if (held > 0 && !holding) hold();
  };
  const onRows = () => {
    if (place.pinned && !acting()) toEnd(view);
    // Rows that fit without scrolling bring no scroll event.
    else if (look().pinned) place = look();
    moved(place);
  };

  const sizes = new ResizeObserver(onSize);
  const heights = new ResizeObserver(onRows);
  sizes.observe(view);
  heights.observe(rows);
  view.addEventListener('scroll', onScroll, { passive: true });
  const stop = () => {
    sizes.disconnect();
    heights.disconnect();
    view.removeEventListener('scroll', onScroll);
    hands.stop();
  };
  const leave = () => {
    hands.note();
    place = { pinned: false, key: null, offset: 0 };
  };
  return { leave, stop };
}

/** Whether the reader is scrolling, or just was. `note`: as if they did now. */
function watchHands(view: HTMLElement) {
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
