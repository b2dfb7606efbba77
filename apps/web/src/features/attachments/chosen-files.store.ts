import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { announce } from '../../ui/announcements.js';
import { checkFiles, type FileLimits, NO_FOLDERS } from './file-checks.js';
import type { Transferred } from './transferred-files.js';

/** A file that goes with the next message. */
export interface ChosenFile {
  id: string;
  file: File;
}

export interface Chosen {
  files: readonly ChosenFile[];
  /** Why some of the last ones were not taken: a sentence each. */
  refusals: readonly string[];
}

const NOT_KEPT = 'Some of the files are not there any more. Attach them again.';
const NONE: Chosen = { files: [], refusals: [] };

/** By conversation, so that they are there again when it is. In memory alone: over a reload a browser keeps no file. */
export const chosenFilesStore = createStore<Record<string, Chosen>>(() => ({}));

let lastId = 0;
/** Whether somebody is signed in. */
let isOpen = false;

/** Takes those files that may be sent, and remembers why others were not. */
export function chooseFiles(conversationId: string, { files, hasFolders }: Transferred, limits: FileLimits): void {
  const present = chosenOf(conversationId).files;
  const { taken, refusals } = checkFiles(files, present.length, limits);
  put(conversationId, {
    files: [...present, ...taken.map(withId)],
    refusals: hasFolders ? [...refusals, NO_FOLDERS] : refusals,
  });
  const [first] = taken;
  if (taken.length > 1) announce(`${taken.length} files attached`);
  else if (first) announce(`${first.name} attached`);
}

export function removeFile(conversationId: string, id: string): void {
  put(conversationId, {
    files: chosenOf(conversationId).files.filter((chosen) => chosen.id !== id),
    refusals: [],
  });
}

/** Those of a message that was refused, before others. They had been taken, so they are not checked again. */
export function restoreFiles(conversationId: string, files: readonly (File | null)[]): void {
  const there = files.filter((file) => file !== null);
  const { files: present, refusals } = chosenOf(conversationId);
  put(conversationId, {
    files: [...there.map(withId), ...present],
    refusals: there.length < files.length ? [NOT_KEPT] : refusals,
  });
}

/** Says why something was not taken; nothing to say: as dismissed. */
export function setRefusals(conversationId: string, refusals: readonly string[]): void {
  put(conversationId, { ...chosenOf(conversationId), refusals });
}

export function clearFiles(conversationId: string): void {
  put(conversationId, NONE);
}

/** Until the returned function is called, which forgets them: nobody else who signs in at this page sees them. */
export function openChosenFiles(): () => void {
  isOpen = true;
  const hold = (event: Event) => {
    if (Object.values(chosenFilesStore.getState()).some(({ files }) => files.length > 0)) event.preventDefault();
  };
  // They would be lost with the page: the browser asks first.
  addEventListener('beforeunload', hold);
  return () => {
    removeEventListener('beforeunload', hold);
    isOpen = false;
    chosenFilesStore.setState({}, true);
  };
}

export function chosenOf(conversationId: string): Chosen {
  return chosenFilesStore.getState()[conversationId] ?? NONE;
}

export function useChosen(conversationId: string): Chosen {
  return useStore(chosenFilesStore, (byConversation) => byConversation[conversationId] ?? NONE);
}

function withId(file: File): ChosenFile {
  lastId += 1;
  return { id: String(lastId), file };
}

function put(conversationId: string, chosen: Chosen): void {
  // A recording ends a moment after the person who made it has left.
  if (!isOpen) return;
  const { [conversationId]: _, ...others } = chosenFilesStore.getState();
  const isNone = chosen.files.length === 0 && chosen.refusals.length === 0;
  chosenFilesStore.setState(isNone ? others : { ...others, [conversationId]: chosen }, true);
}
