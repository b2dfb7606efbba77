import { ZoomIn, ZoomOut } from 'lucide-react';
import { type CSSProperties, type KeyboardEvent, type RefObject, useImperativeHandle, useRef, useState } from 'react';
import { IconButton } from '../../ui/button.js';
import { useZoom } from '../files/use-zoom.js';
import { type Extent, LARGEST_SCALE } from '../files/zoom.js';
import { cropOf, cropped } from './crop.js';

const STEP = 1.25;
/** Of what an arrow key moves a picture by in the lightbox: the stage is much smaller. */
const PAN = 0.15;
const ICON = { size: 20, strokeWidth: 1.6 } as const;

/** Brings the square that is shown now, as soon as the picture has been read. */
export type TakeCrop = () => Promise<Blob>;

interface CropStageProps {
  url: string;
  takeRef: RefObject<TakeCrop | null>;
  /** The browser cannot show it. */
  onUnreadable: () => void;
}

/** A picture under the square that will be kept: it is moved and enlarged by mouse, wheel, fingers, keys and buttons. */
export function CropStage({ url, takeRef, onUnreadable }: CropStageProps) {
  const stage = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLImageElement>(null);
  const [extent, setExtent] = useState<Extent | null>(null);
  const { zoom, by, pan, isHeld, handlers } = useZoom({ stage, picture });
  useImperativeHandle(takeRef, () => async () => {
    const [shown, room] = [picture.current, stage.current?.clientWidth];
    if (!shown || !room) throw new Error('The picture to cut is not shown.');
    await shown.decode();
    return cropped(shown, cropOf(zoom, { width: shown.naturalWidth, height: shown.naturalHeight }, room));
  });

  function onKeyDown(event: KeyboardEvent): void {
    const act = keysOf(by, pan)[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }

  return (
    <div className="flex flex-col items-center gap-2 px-5 pb-2">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- no other role is for what is moved in two directions */}
      <div
        ref={stage}
        role="application"
        aria-label="Part of the picture that is kept"
        aria-describedby="crop-keys"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- as above: it takes keys
        tabIndex={0}
        className="crop-stage"
        data-held={isHeld || undefined}
        onKeyDown={onKeyDown}
        {...handlers}
      >
        <img
          ref={picture}
          src={url}
          alt=""
          draggable={false}
          style={{
            ...coverOf(extent),
            transform: `translate(calc(-50% + ${zoom.x}px), calc(-50% + ${zoom.y}px)) scale(${zoom.scale})`,
          }}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
            if (naturalWidth > 0) setExtent({ width: naturalWidth, height: naturalHeight });
            else onUnreadable();
          }}
          onError={onUnreadable}
        />
        <span className="crop-frame" />
      </div>
      <div className="flex items-center gap-1">
        <IconButton label="Smaller" aria-disabled={zoom.scale <= 1} onClick={() => by(1 / STEP)}>
          <ZoomOut {...ICON} />
        </IconButton>
        <p id="crop-keys" className="text-second text-ink-2">
          <span className="max-[720px]:hidden">Drag the picture, or move it with the arrow keys, + and −.</span>
          <span className="hidden max-[720px]:inline">Drag the picture, or spread two fingers.</span>
        </p>
        <IconButton label="Larger" aria-disabled={zoom.scale >= LARGEST_SCALE} onClick={() => by(STEP)}>
          <ZoomIn {...ICON} />
        </IconButton>
      </div>
    </div>
  );
}

/** The shorter side fills the stage. */
function coverOf(extent: Extent | null): CSSProperties {
  if (!extent) return { visibility: 'hidden' };
  const { width, height } = extent;
  return width > height
    ? { width: `${(width / height) * 100}%`, height: '100%' }
    : { width: '100%', height: `${(height / width) * 100}%` };
}

/** The picture goes where the arrow points. */
function keysOf(by: (factor: number) => void, pan: (x: number, y: number) => void): Record<string, () => void> {
  return {
    '+': () => by(STEP),
    '=': () => by(STEP),
    '-': () => by(1 / STEP),
    ArrowLeft: () => pan(-PAN, 0),
    ArrowRight: () => pan(PAN, 0),
    ArrowUp: () => pan(0, -PAN),
    ArrowDown: () => pan(0, PAN),
  };
}
