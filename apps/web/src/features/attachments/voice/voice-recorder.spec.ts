import { beforeEach, describe, expect, it } from '@jest/globals';
import { INSECURE, refusalOf } from './recording-refusals.js';
import { VoiceRecorder } from './voice-recorder.js';

/** What a browser has of it, driven by hand. */
class FakeRecorder {
  static last: FakeRecorder;
  static formats = ['audio/ogg'];
  state: 'inactive' | 'recording' = 'inactive';
  mimeType = 'audio/x-of-the-recorder';
  ondataavailable: (event: { data: Blob }) => void = () => undefined;
  onstop: () => void = () => undefined;

  constructor() {
    FakeRecorder.last = this;
  }

  static isTypeSupported(type: string): boolean {
    return FakeRecorder.formats.includes(type);
  }

  start(): void {
    this.state = 'recording';
  }

  /** As specified: what is left comes, then the end, both later. */
  stop(): void {
    this.state = 'inactive';
    queueMicrotask(() => {
      this.give('', '');
      this.onstop();
    });
  }

  give(words: string, type = 'audio/ogg; codecs=opus'): void {
    this.ondataavailable({ data: new Blob([words], { type }) });
  }
}

describe('VoiceRecorder', () => {
  const track = { isStopped: false, stop: () => (track.isStopped = true) };
  let ended = 0;
  const begin = (mostBytes = 1_000_000) => VoiceRecorder.begin({ mostBytes, onEnded: () => (ended += 1) });
  const setMicrophone = (getUserMedia: () => Promise<unknown>) =>
    Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { mediaDevices: { getUserMedia } } });

  beforeEach(() => {
    ended = 0;
    FakeRecorder.formats = ['audio/ogg'];
    track.isStopped = false;
    Object.assign(globalThis, { MediaRecorder: FakeRecorder, isSecureContext: true });
    setMicrophone(() => Promise.resolve({ getTracks: () => [track] }));
  });

  it('puts together what was recorded, and lets go of the microphone', async () => {
    const recorder = await begin();
    FakeRecorder.last.give('one ');
    FakeRecorder.last.give('two');
    const recording = await recorder.stop();
    expect(await recording?.text()).toBe('one two');
    expect(track.isStopped).toBe(true);
    expect(ended).toBe(0);
  });

  it('takes the type from what was recorded: the recorder forgets its own', async () => {
    const recorder = await begin();
    FakeRecorder.last.give('', '');
    FakeRecorder.last.give('one');
    FakeRecorder.last.mimeType = '';
    expect((await recorder.stop())?.type).toBe('audio/ogg; codecs=opus');
  });

  it('takes the type from the recorder where the parts have none', async () => {
    const recorder = await begin();
    FakeRecorder.last.give('one', '');
    expect((await recorder.stop())?.type).toBe('audio/x-of-the-recorder');
  });

  it('has nothing where nothing was recorded, or it was cancelled', async () => {
    const silent = await begin();
    expect(await silent.stop()).toBeNull();
    const cancelled = await begin();
    FakeRecorder.last.give('one');
    cancelled.cancel();
    expect(await cancelled.stop()).toBeNull();
    expect(track.isStopped).toBe(true);
  });

  it('ends before a file would be too large, and says so; what it has stays', async () => {
    const recorder = await begin(65_536 + 3);
    FakeRecorder.last.give('one');
    expect(FakeRecorder.last.state).toBe('recording');
    FakeRecorder.last.give('!');
    expect(FakeRecorder.last.state).toBe('inactive');
    expect(await (await recorder.stop())?.text()).toBe('one!');
  });

  it('says when the microphone has gone; what it has stays', async () => {
    const recorder = await begin();
    FakeRecorder.last.give('one');
    FakeRecorder.last.state = 'inactive';
    FakeRecorder.last.onstop();
    expect(ended).toBe(1);
    expect(await (await recorder.stop())?.text()).toBe('one');
  });

  it.each([
    ['NotAllowedError', /may not be used/],
    ['NotFoundError', /No microphone/],
    ['NotReadableError', /another program/],
    ['SomethingError', /could not be made/],
  ])('has words for %s', async (name, words) => {
    setMicrophone(() => Promise.reject(new DOMException('', name)));
    const refusal = await begin().catch(refusalOf);
    expect(refusal).toMatch(words);
  });

  it('has words for browsers that record nothing, and for pages where none may', async () => {
    FakeRecorder.formats = [];
    expect(await begin().catch(refusalOf)).toMatch(/cannot record sound/);
    Object.assign(globalThis, { MediaRecorder: undefined });
    expect(await begin().catch(refusalOf)).toMatch(/cannot record sound/);
    Object.defineProperty(globalThis, 'navigator', { configurable: true, value: {} });
    Object.assign(globalThis, { isSecureContext: false });
    expect(await begin().catch(refusalOf)).toBe(INSECURE);
  });
});
