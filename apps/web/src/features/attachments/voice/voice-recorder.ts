const FORMATS = ['audio/webm', 'audio/ogg', 'audio/mp4'];
/** Enough for speech in the codec that all of them record. */
const BITS_PER_SECOND = 48_000;
/** What a recorder has is given out this often, so that its size is known. */
const SLICE_MS = 1_000;
/** Room for what is said before a recording that is full has stopped, and for the container's end. */
const SPARE_BYTES = 65_536;

export interface VoiceRecorderOptions {
  /** Largest size of a file. */
  mostBytes: number;
  /** It ended by itself: it is full, or the microphone has gone. What was recorded can be had as ever. */
  onEnded: () => void;
}

/** Some builds of browsers have a recorder, and no format in which it could record. */
function canRecord(): boolean {
  if (!navigator.mediaDevices || typeof MediaRecorder === 'undefined') return false;
  return FORMATS.some((type) => MediaRecorder.isTypeSupported(type));
}

/** One recording from the microphone, in the format that this browser records. */
export class VoiceRecorder {
  readonly #recorder: MediaRecorder;
  readonly #chunks: Blob[] = [];
  readonly #stopped: Promise<void>;
  #bytes = 0;
  #isLeft = false;

  private constructor(
    readonly stream: MediaStream,
    private readonly options: VoiceRecorderOptions,
  ) {
    this.#recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS_PER_SECOND });
    this.#recorder.ondataavailable = ({ data }) => this.#keep(data);
    this.#stopped = new Promise((resolve) => {
      this.#recorder.onstop = () => {
        this.#release();
        resolve();
        if (!this.#isLeft) options.onEnded();
      };
    });
    this.#recorder.start(SLICE_MS);
  }

  /** Asks for the microphone. @throws what `refusalOf` puts into words. */
  static async begin(options: VoiceRecorderOptions): Promise<VoiceRecorder> {
    if (!canRecord()) throw new DOMException('', 'NotSupportedError');
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    try {
      return new VoiceRecorder(stream, options);
    } catch (fault) {
      for (const track of stream.getTracks()) track.stop();
      throw fault;
    }
  }

  /** Ends it. Returns what was recorded, null where that is nothing. */
  async stop(): Promise<Blob | null> {
    this.#end();
    await this.#stopped;
    return this.#bytes > 0 ? new Blob(this.#chunks, { type: this.#type }) : null;
  }

  /** Ends it, and nothing is kept. */
  cancel(): void {
    this.#end();
    this.#chunks.length = 0;
    this.#bytes = 0;
  }

  /** The recorder's own word is empty in some browsers once it has stopped, and in some before it has begun. */
  get #type(): string {
    return this.#chunks.find(({ type }) => type !== '')?.type ?? this.#recorder.mimeType;
  }

  #end(): void {
    this.#isLeft = true;
    if (this.#recorder.state !== 'inactive') this.#recorder.stop();
    this.#release();
  }

  #keep(chunk: Blob): void {
    if (chunk.size === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.size;
    const isFull = this.#bytes > this.options.mostBytes - SPARE_BYTES;
    if (isFull && this.#recorder.state === 'recording') this.#recorder.stop();
  }

  /** Else the browser goes on showing that it listens. */
  #release(): void {
    for (const track of this.stream.getTracks()) track.stop();
  }
}
