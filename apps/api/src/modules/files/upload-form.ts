import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import { invalid, ParleyError } from '../../kernel/errors.js';

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

/** What came with the file, by its name in the form. */
type FormFields = ReadonlyMap<string, string>;

/**
 * Reads a form of one file as it comes: `take` gets the file's name and content, and what it makes of it is returned with the
 * fields once the form is whole.
 * @throws what `take` throws; `validation_failed` for any other form, `unsupported_media_type` where it is none.
 */
export async function readUploadForm<T>(
  request: IncomingMessage,
  known: readonly string[],
  take: (name: string | undefined, content: Readable) => Promise<T>,
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
  private content: Readable | null = null;
  private taken: Promise<T> | null = null;
  private fail: (fault: unknown) => void = () => undefined;

  constructor(
    private readonly request: IncomingMessage,
    private readonly known: readonly string[],
    private readonly take: (name: string | undefined, content: Readable) => Promise<T>,
  ) {
    this.parser = parserFor(request);
  }

  async read(): Promise<{ fields: FormFields; taken: T }> {
    await new Promise<void>((resolve, reject) => {
      this.fail = reject;
      this.listen(resolve);
      this.request.pipe(this.parser);
    });
    if (!this.taken) throw invalid(FILE_FIELD, 'must be there, and have a file name');
    return { fields: this.fields, taken: await this.taken };
  }

  /** Whoever takes the content learns by it that no more will come, and is waited for. */
  async close(): Promise<void> {
    this.request.unpipe(this.parser);
    this.content?.destroy(new ParleyError('validation_failed'));
    this.parser.destroy();
    await this.taken?.catch(() => undefined);
  }

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
    if (field !== FILE_FIELD) return this.fail(invalid(shown(field), 'is not a known field for a file'));
    this.taken = this.take(name, content);
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
    return new Busboy({ headers: headers as BusboyHeaders, limits: LIMITS_OF_FORM, preservePath: true });
  } catch {
    throw invalid('', 'is a form without a boundary');
  }
}
