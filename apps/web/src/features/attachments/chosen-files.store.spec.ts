import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { onAnnouncement } from '../../ui/announcements.js';
import {
  chooseFiles,
  chosenFilesStore,
  chosenOf,
  clearFiles,
  openChosenFiles,
  removeFile,
  setRefusals,
} from './chosen-files.store.js';

describe('Files that go with the next message', () => {
  const limits = { fileBytes: 10, filesPerMessage: 3 };
  const listeners = new Map<string, (event: Event) => void>();
  let close: () => void;
  const choose = (id: string, names: string[], hasFolders = false) =>
    chooseFiles(id, { files: names.map((name) => new File(['x'], name)), hasFolders }, limits);
  const names = (id: string) => chosenOf(id).files.map(({ file }) => file.name);
  const leavesFreely = () => {
    const event = new Event('beforeunload', { cancelable: true });
    listeners.get('beforeunload')?.(event);
    return !event.defaultPrevented;
  };

  beforeEach(() => {
    Object.assign(globalThis, {
      addEventListener: (name: string, listener: () => void) => listeners.set(name, listener),
      removeEventListener: (name: string) => listeners.delete(name),
    });
    close = openChosenFiles();
  });
  afterEach(() => {
    close();
    expect(listeners.size).toBe(0);
  });

  it('C2: stay with their conversation', () => {
    choose('a', ['1', '2']);
    choose('b', ['3']);
    choose('a', ['4']);
    expect([names('a'), names('b'), names('c')]).toEqual([['1', '2', '4'], ['3'], []]);
  });

  it('A3: are no more than a message takes, however they come; what was left out is said until the next change', () => {
    choose('a', ['1', '2']);
    choose('a', ['3', '4'], true);
    expect(names('a')).toEqual(['1', '2', '3']);
    expect(chosenOf('a').refusals).toHaveLength(2);
    removeFile('a', chosenOf('a').files[0]?.id ?? '');
    expect(chosenOf('a').refusals).toEqual([]);
    choose('a', ['5', '6']);
    setRefusals('a', []);
    expect([names('a'), chosenOf('a').refusals]).toEqual([['2', '3', '5'], []]);
  });

  it('are removed one by one, also where two have one name', () => {
    choose('a', ['same', 'same']);
    const [first, second] = chosenOf('a').files;
    removeFile('a', first?.id ?? '');
    expect(chosenOf('a').files).toEqual([second]);
  });

  it('are told to those who do not see them', () => {
    const told: string[] = [];
    const stop = onAnnouncement((text) => told.push(text));
    choose('a', ['1']);
    choose('a', ['2', '3']);
    choose('a', ['4']);
    stop();
    expect(told).toEqual(['1 attached', '2 files attached']);
  });

  it('C2: keep the page from being left unasked, until they are sent', () => {
    expect(leavesFreely()).toBe(true);
    choose('a', ['1']);
    expect(leavesFreely()).toBe(false);
    clearFiles('a');
    expect(leavesFreely()).toBe(true);
    expect(chosenFilesStore.getState()).toEqual({});
  });

  it('are forgotten with the session', () => {
    choose('a', ['1']);
    close();
    close = openChosenFiles();
    expect(names('a')).toEqual([]);
  });

  it('are not taken from a recording that ends after the session: the next person would see it', () => {
    close();
    choose('a', ['Voice message']);
    close = openChosenFiles();
    expect(names('a')).toEqual([]);
  });
});
