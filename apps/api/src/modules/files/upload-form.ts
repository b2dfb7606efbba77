import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import { invalid, ParleyError } from '../../kernel/errors.js';
import { releaseMemory } from '../../kernel/release-memory.js';
import { ContentBlocks } from './content-blocks.js';
import { uploadTurns } from './upload-turns.js';

/** A form of one file; everything else of it is small. */
const LIMITS_OF_FORM = {
  files: 1,
  fields: 4,
  parts: 6,
  fieldSize: 200,
  fieldNameSize: 100,
  headerPairs: 20,
  headerSize: 16_384,
};
const FILE_FIELD = 'file';
/** The parser hands on at once whatever it gets: how much may wait is for the blocks to say. */
const PARSING = { preservePath: true, highWaterMark: 1_048_576 };
/** What every boundary in a form begins with. */
const DELIMITER = Buffer.from('\r\n--');

/** What came with the file, by its name in the form. */
type FormFields = ReadonlyMap<string, string>;

/** Gets those fields too that have come before the file. */
type Take<T> = (name: string | undefined, content: AsyncIterable<Buffer>, fields: FormFields) => Promise<T>;

/**
 * Reads a form of one file as it comes: `take` gets the file's name and content, and what it makes of it is returned with the
 * fields once the form is whole.
 * @throws what `take` throws; `validation_failed` for any other form, `unsupported_media_type` where it is none.
 */
export async function readUploadForm<T>(
  request: IncomingMessage,
  known: readonly string[],
  take: Take<T>,
): Promise<{ fields: FormFields; taken: T }> {
  const form = new UploadForm(request, known, take);
  try {
    return await form.read();
  } finally {
    await form.close();
  }
}

class UploadForm<T> {
  private readonly parser: BusboyInstance;
  private readonly fields = new Map<string, string>();
  private readonly blocks = new ContentBlocks();
  private content: Readable | null = null;
  /** The part of the request that is being parsed, and how much of its memory has come out as content. */
  private parsed: Buffer | null = null;
  private copied = 0;
  /** What comes next is content, and nothing that the parser need see, unless it has a boundary in it. */
  private isInContent = false;
  private taken: Promise<T> | null = null;
  private fail: (fault: unknown) => void = () => undefined;

  constructor(
    private readonly request: IncomingMessage,
    private readonly known: readonly string[],
    private readonly take: Take<T>,
  ) {
    this.parser = parserFor(request);
  }

  async read(): Promise<{ fields: FormFields; taken: T }> {
    await new Promise<void>((resolve, reject) => {
      this.fail = reject;
      this.listen(resolve);
      this.request.on('data', this.pass);
      this.request.once('end', this.end);
    });
    if (!this.taken) throw invalid(FILE_FIELD, 'must be there, and have a file name');
    return { fields: this.fields, taken: await this.taken };
  }

  /** Whoever takes the content learns by it that no more will come, and is waited for. */
  async close(): Promise<void> {
    // What still comes is thrown away: whoever is refused in the middle of sending reads why once they have sent.
    this.request.off('data', this.pass).off('end', this.end).resume();
    this.blocks.fail(new ParleyError('validation_failed'));
    this.content?.destroy();
    this.parser.destroy();
    await this.taken?.catch(() => undefined);
  }

  private readonly pass = (chunk: Buffer): void => {
    const { request, blocks } = this;
    const goesOn = this.hand(chunk);
    const isTurnOver = !uploadTurns.hasTime();
    if (goesOn && blocks.hasRoom && !isTurnOver) return;
    request.pause();
    if (isTurnOver) uploadTurns.onNext(this.resume);
    else this.resume();
  };

  /** False where the parser has enough for now. */
  private hand(chunk: Buffer): boolean {
    this.parsed = chunk;
    this.copied = 0;
    const isContent = this.isInContent && !mayEndContent(chunk);
    if (isContent) this.add(chunk);
    const goesOn = isContent || this.parser.write(chunk);
    // All of it has come out as content: the parser holds nothing of it, and content is what comes next.
    this.isInContent = this.copied > 0 && this.copied === chunk.length;
    if (this.isInContent) releaseMemory(chunk);
    return goesOn;
  }

  private add(part: Buffer): void {
    if (part.buffer === this.parsed?.buffer) this.copied += part.length;
    this.blocks.add(part);
  }

  private readonly resume = (): void => {
    const { parser, request, blocks } = this;
    if (!blocks.hasRoom) blocks.onRoom(this.resume);
    else if (parser.writableNeedDrain) parser.once('drain', this.resume);
    else request.resume();
  };

  private readonly end = (): void => {
    this.parser.end();
  };

  private listen(finished: () => void): void {
    const { parser, request } = this;
    const fail = (fault: unknown) => this.fail(fault);
    const isMore = () => fail(invalid(FILE_FIELD, 'must be one file, and little else'));
    parser.on('file', (field, content, name) => this.takeFile(field, content, name));
    parser.on('field', (name, value, isNameCut, isCut) => this.takeField(name, value, isNameCut || isCut));
    parser.on('filesLimit', isMore);
    parser.on('fieldsLimit', isMore);
    parser.on('partsLimit', isMore);
    parser.on('error', () => fail(invalid('', 'is not a whole form')));
    parser.on('finish', finished);
    request.once('close', () => {
      if (!request.complete) fail(invalid('', 'ended before its time'));
    });
    request.once('error', fail);
  }

  private takeFile(field: string, content: Readable, name: string | undefined): void {
    // Where it fails, what failed first is said.
    content.on('error', () => undefined);
    this.content = content;
    content.on('data', (part: Buffer) => this.add(part));
    content.once('end', () => this.blocks.end());
    if (field !== FILE_FIELD) return this.fail(invalid(shown(field), 'is not a known field for a file'));
    this.taken = this.take(name, this.blocks, this.fields);
    this.taken.catch((fault: unknown) => this.fail(fault));
  }

  private takeField(name: string, value: string, isCut: boolean): void {
    const path = shown(name);
    if (name === FILE_FIELD) return this.fail(invalid(path, 'must have a file name'));
    if (!this.known.includes(name)) return this.fail(invalid(path, 'is not a known field'));
    if (isCut) return this.fail(invalid(path, 'is too long'));
    if (this.fields.has(name)) return this.fail(invalid(path, 'must be given once'));
    this.fields.set(name, value);
  }
}

/** Few chunks do, and to find that out takes a fraction of what the parser takes. A boundary may begin at the end of one. */
const mayEndContent = (chunk: Buffer): boolean =>
  chunk.includes(DELIMITER) || chunk.includes(0x0d, 1 - DELIMITER.length);

/** As much of a name as an answer repeats. */
const shown = (name: string | undefined): string => (name ?? '').slice(0, 100);

function parserFor({ headers }: IncomingMessage): BusboyInstance {
  if (!/^multipart\/form-data\s*(?:;|$)/i.test(headers['content-type'] ?? '')) {
    throw new ParleyError('unsupported_media_type', {
      message: 'Send a form, with the content type multipart/form-data.',
    });
  }
  try {
    // Names of files are in UTF-8, whatever the head of a part could say of them.
    return new Busboy({ headers: headers as BusboyHeaders, limits: LIMITS_OF_FORM, ...PARSING });
  } catch {
    throw invalid('', 'is a form without a boundary');
  }
}
