import { describe, expect, it } from '@jest/globals';
import { durationWords, filesWords } from '@parley/protocol';
import { aFile } from './file.factory.js';
import { typeWords } from './file-words.js';

const photo = aFile();
const video = aFile({ fileType: 'video/mp4', fileName: 'harbour.mp4', durationMs: 31_400 });
const voice = aFile({ fileType: 'audio/webm', fileName: 'Voice message 2026-11-29 15.40.webm', durationMs: 12_000 });
const song = aFile({ fileType: 'audio/mpeg', fileName: 'song.mp3', durationMs: 180_000 });
const page = aFile({ fileType: 'application/pdf', fileName: 'minutes.pdf' });

describe('A message of files, in words', () => {
  it.each([
    [[photo], 'Photo'],
    [[photo, photo, photo], '3 photos'],
    [[video], 'Video 0:31'],
    [[video, photo], '2 photos and videos'],
    [[voice], 'Voice message 0:12'],
    [[{ ...song, waveform: [1, 2] }], 'Voice message 3:00'],
    [[song], 'song.mp3'],
    [[song, song], '2 audio files'],
    [[page], 'minutes.pdf'],
    [[page, photo], '2 files'],
    [[], ''],
  ])('S4.1: %#', (files, words) => {
    expect(filesWords(files)).toBe(words);
  });
});

describe('A file, in words', () => {
  it.each([
    [400, '0:00'],
    [59_600, '1:00'],
    [3_600_000, '1:00:00'],
    [3_905_000, '1:05:05'],
  ])('of %i ms takes %s', (ms, words) => {
    expect(durationWords(ms)).toBe(words);
  });

  it('A5: is called by its type, else by the end of its name', () => {
    expect(typeWords(page)).toBe('PDF');
    expect(typeWords(aFile({ fileType: 'application/octet-stream', fileName: 'notes.txt' }))).toBe('TXT');
    expect(typeWords(aFile({ fileType: 'application/octet-stream', fileName: 'no ending. at all' }))).toBe('File');
    expect(typeWords(aFile({ fileType: 'application/octet-stream', fileName: 'notes.‮gpj' }))).toBe('File');
  });
});
