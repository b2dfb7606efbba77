import type { AttachedFile } from '@parley/protocol';
import { ChevronLeft, ChevronRight, X, ZoomIn, ZoomOut } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import { type KeyboardEvent, useRef, useState } from 'react';
import { IconButton } from '../../ui/button.js';
import { FileName } from '../../ui/file-name.js';
import { useReturnedFocus } from '../../ui/use-returned-focus.js';
import { DownloadButton } from './download-button.js';
import { LightboxPicture } from './lightbox-picture.js';
import { altOf } from './picture-alt.js';
import { useZoom, ZOOM_STEP } from './use-zoom.js';
import { LARGEST_SCALE } from './zoom.js';

interface LightboxProps {
  pictures: readonly AttachedFile[];
  /** The message's text; '' without one. */
  words: string;
  /** Which of the pictures is shown. */
  at: number;
  onMove: (at: number) => void;
  onClose: () => void;
}

const ICON = { size: 20, strokeWidth: 1.6 } as const;

/** One picture of a message over the whole window. Arrows lead to its neighbours, or move it where it is enlarged. */
export default function Lightbox({ pictures, words, at, onMove, onClose }: LightboxProps) {
  const onCloseAutoFocus = useReturnedFocus();
  const stage = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLDivElement>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const file = pictures[at];
  const zoom = useZoom({
    stage,
    picture,
    onSwipe: (way) => (way === 'close' ? onClose() : go(way === 'next' ? 1 : -1)),
  });
  if (!file) return null;

  function go(step: number): void {
    const to = at + step;
    if (to < 0 || to >= pictures.length) return;
    zoom.reset();
    setRefusal(null);
    onMove(to);
  }

  return (
    <Primitive.Root open onOpenChange={(next) => !next && onClose()}>
      <Primitive.Portal>
        <Primitive.Content
          // Pictures are looked at on a dark ground, whatever the theme.
          data-theme="dark"
          data-testid="lightbox"
          aria-describedby={undefined}
          className="lightbox"
          onOpenAutoFocus={focusWhole}
          onCloseAutoFocus={onCloseAutoFocus}
          onKeyDown={(event) => onKey(event, { go, count: pictures.length, at, zoom })}
        >
          <header className="lightbox-bar">
            <Primitive.Title className="min-w-0 flex-1 text-second font-medium">
              <span className="sr-only">{titleOf(file, at, pictures.length)}</span>
              <span aria-hidden="true">
                <FileName name={file.fileName} />
              </span>
            </Primitive.Title>
            {pictures.length > 1 ? (
              <span className="px-2 text-second text-ink-2 tabular-nums" aria-hidden="true">
                {at + 1} / {pictures.length}
              </span>
            ) : null}
            <IconButton label="Zoom out" aria-disabled={zoom.zoom.scale <= 1} onClick={() => zoom.by(1 / ZOOM_STEP)}>
              <ZoomOut {...ICON} />
            </IconButton>
            <IconButton
              label="Zoom in"
              aria-disabled={zoom.zoom.scale >= LARGEST_SCALE}
              onClick={() => zoom.by(ZOOM_STEP)}
            >
              <ZoomIn {...ICON} />
            </IconButton>
            <DownloadButton file={file} tabStop onRefused={setRefusal} />
            <Primitive.Close asChild>
              <IconButton label="Close">
                <X {...ICON} />
              </IconButton>
            </Primitive.Close>
          </header>
          {refusal === null ? null : (
            <p role="alert" className="px-4 pb-2 text-second text-danger">
              {refusal}
            </p>
          )}
          <div
            ref={stage}
            className="lightbox-stage"
            data-enlarged={zoom.zoom.scale > 1 || undefined}
            {...zoom.handlers}
          >
            <LightboxPicture
              key={file.fileId}
              file={file}
              alt={altOf(file, words)}
              pictureRef={picture}
              zoom={zoom.zoom}
              isHeld={zoom.isHeld}
            />
          </div>
          {pictures.length > 1 ? <Steps at={at} count={pictures.length} go={go} /> : null}
          <output className="sr-only">
            {pictures.length > 1 ? `Picture ${at + 1} of ${pictures.length}: ${altOf(file, words)}` : ''}
          </output>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** Not one of its buttons: keys act on the picture from everywhere. */
function focusWhole(event: Event): void {
  event.preventDefault();
  if (event.target instanceof HTMLElement) event.target.focus();
}

function titleOf({ fileName }: AttachedFile, at: number, count: number): string {
  return count > 1 ? `${fileName}, picture ${at + 1} of ${count}` : fileName;
}

interface StepsProps {
  at: number;
  count: number;
  go: (step: number) => void;
}

/** Not disabled at either end, as that would take the focus from a button, and with it the keys from the picture. */
function Steps({ at, count, go }: StepsProps) {
  return (
    <>
      <IconButton
        label="Previous picture"
        className="lightbox-step start-3"
        aria-disabled={at === 0}
        onClick={() => go(-1)}
      >
        <ChevronLeft size={24} strokeWidth={1.6} />
      </IconButton>
      <IconButton
        label="Next picture"
        className="lightbox-step end-3"
        aria-disabled={at === count - 1}
        onClick={() => go(1)}
      >
        <ChevronRight size={24} strokeWidth={1.6} />
      </IconButton>
    </>
  );
}

interface Keys extends StepsProps {
  zoom: ReturnType<typeof useZoom>;
}

function onKey(event: KeyboardEvent<HTMLElement>, { go, count, at, zoom }: Keys): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isEnlarged = zoom.zoom.scale > 1;
  const acts: Record<string, () => void> = {
    ArrowLeft: () => (isEnlarged ? zoom.pan(1, 0) : go(-1)),
    ArrowRight: () => (isEnlarged ? zoom.pan(-1, 0) : go(1)),
    ArrowUp: () => zoom.pan(0, 1),
    ArrowDown: () => zoom.pan(0, -1),
    Home: () => go(-at),
    End: () => go(count - 1 - at),
    '+': () => zoom.by(ZOOM_STEP),
    '=': () => zoom.by(ZOOM_STEP),
    '-': () => zoom.by(1 / ZOOM_STEP),
    '0': () => zoom.reset(),
  };
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}
