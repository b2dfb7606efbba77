import { type RefObject, useEffect, useState } from 'react';
import { droppedFiles, hasFiles, pastedFiles, type Transferred } from './transferred-files.js';

type Take = (transferred: Transferred) => void;

/**
 * Takes what is dropped on an element or pasted within it; null: takes nothing. Returns whether files are held above it: then
 * a `DropZone` has to cover it, which tells when they leave the window; not every browser says to where a pointer leaves.
 */
export function useFileDrop(area: RefObject<HTMLElement | null>, take: Take | null): [boolean, () => void] {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const element = area.current;
    if (!element || !take) return;
    const takeNow = (event: Event, transferred: Transferred) => {
      if (transferred.files.length === 0 && !transferred.hasFolders) return;
      event.preventDefault();
      take(transferred);
    };
    const stopHere = listenTo(element, {
      dragenter: ({ dataTransfer }) => setOver(dataTransfer !== null && hasFiles(dataTransfer)),
      dragover: (event) => {
        if (!event.dataTransfer || !hasFiles(event.dataTransfer)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      },
      drop: (event) => {
        setOver(false);
        if (event.dataTransfer) takeNow(event, droppedFiles(event.dataTransfer));
      },
      paste: (event) => {
        if (event.clipboardData && !isElsewhere(event.target))
          takeNow(event, pastedFiles(event.clipboardData, new Date()));
      },
    });
    const stop = listenTo(document, {
      dragenter: ({ target }) => {
        if (target instanceof Node && !element.contains(target)) setOver(false);
      },
    });
    return () => {
      stopHere();
      stop();
      setOver(false);
    };
  }, [area, take]);
  useEffect(() => listenTo(document, { dragover: leaveAlone, drop: leaveAlone }), []);
  return [isOver, () => setOver(false)];
}

type Listeners = { [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void };

function listenTo(target: EventTarget, listeners: Listeners): () => void {
  const all = Object.entries(listeners) as [string, EventListener][];
  for (const [name, listener] of all) target.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of all) target.removeEventListener(name, listener);
  };
}

/** Beside the conversation a file would be opened by the browser, and this page be gone. */
function leaveAlone(event: DragEvent): void {
  if (event.defaultPrevented || !event.dataTransfer || !hasFiles(event.dataTransfer)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = 'none';
}

/** Whether it goes into another field than the composer, such as the editor of a message. */
function isElsewhere(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input, textarea:not([data-testid="composer"])');
}
