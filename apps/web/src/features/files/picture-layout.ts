/** What is known of a picture before it is loaded. Pixels. */
export interface PictureSize {
  width?: number;
  height?: number;
}

/** The box of one picture or of an album, in pixels of the page; in a narrower column it keeps its proportions. */
export interface PictureLayout {
  width: number;
  height: number;
  /** How many pictures are drawn. */
  shown: number;
  /** How many more there are, which the last drawn one says. */
  more: number;
}

const WIDTH = 400;
const HEIGHT = 360;
/** A smaller box would not hold the words of a picture that failed. */
const LEAST = 96;
/** Of a picture of unknown size. */
const USUAL = { width: 280, height: 210 };
/** Heights of albums, by how many pictures are drawn. */
const ALBUMS = [0, 0, 200, 266, 320] as const;
const MOST_SHOWN = 4;

/** Known from the sizes alone, so that a picture that loads moves nothing. */
export function layoutOf(pictures: readonly PictureSize[]): PictureLayout {
  const [first] = pictures;
  if (pictures.length === 1 && first) return { ...single(first), shown: 1, more: 0 };
  const shown = Math.min(pictures.length, MOST_SHOWN);
  return { width: WIDTH, height: ALBUMS[shown] ?? 0, shown, more: pictures.length - shown };
}

/** A picture or video by itself: within the largest box by its proportions, never enlarged. */
export function single({ width = 0, height = 0 }: PictureSize): Pick<PictureLayout, 'width' | 'height'> {
  if (width <= 0 || height <= 0) return USUAL;
  const scale = Math.min(1, WIDTH / width, HEIGHT / height);
  return { width: atLeast(width * scale), height: atLeast(height * scale) };
}

const atLeast = (pixels: number): number => Math.max(LEAST, Math.round(pixels));
