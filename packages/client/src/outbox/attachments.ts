import { newClientId } from '../client-ids.js';
import { OwnUpload, type Upload, type UploadCommand, type UploadSource } from '../files/upload.js';
import type { Failure } from '../sdk-error.js';
import type { AttachmentContents, OutboxAttachment, OutboxEntry } from './outbox-entry.js';

/** A file that is to be sent with a message. */
export interface NewAttachment {
  content: Blob;
  /** Default: that of a `File`. */
  fileName?: string;
}

interface AttachmentsOptions {
  command: (command: UploadCommand, upload: OwnUpload) => void;
  /** What there is to upload, or what another has uploaded since; null where there is nothing any more. */
  source: (clientMessageId: string, upload: OwnUpload) => Promise<UploadSource | null>;
  onChange: (clientMessageId: string, upload: OwnUpload) => void;
}

/** The uploads of messages that wait. */
export class Attachments {
  readonly #uploads = new Map<string, OwnUpload>();

  constructor(private readonly options: AttachmentsOptions) {}

  get(clientUploadId: string): OwnUpload | null {
    return this.#uploads.get(clientUploadId) ?? null;
  }

  add({ clientMessageId, attachments = [] }: OutboxEntry, contents?: AttachmentContents): void {
    const { command, source, onChange } = this.options;
    for (const attached of attachments) {
      const content = contents?.get(attached.clientUploadId) ?? null;
      const upload: OwnUpload = new OwnUpload({ ...attached, content }, command, () => source(clientMessageId, upload));
      upload.subscribe(() => onChange(clientMessageId, upload));
      this.#uploads.set(attached.clientUploadId, upload);
    }
  }

  /** Those that are neither uploaded nor begun. */
  begin({ attachments = [] }: OutboxEntry): void {
    for (const { clientUploadId, file } of attachments) if (!file) this.get(clientUploadId)?.begin();
  }

  /** Whether there were any. */
  retry({ attachments = [] }: OutboxEntry): boolean {
    const refused = attachments.filter((each) => each.isRefused);
    for (const { clientUploadId } of refused) this.get(clientUploadId)?.retry();
    return refused.length > 0;
  }

  /** Without its uploads where they may be why it was refused: the server removes what no message has carried for a day. */
  resent(entry: OutboxEntry, failure?: Failure): OutboxEntry {
    const { attachments } = entry;
    if (!attachments || failure?.code !== 'validation_failed') return entry;
    const contents = attachments.map(({ clientUploadId: id }) => [id, this.get(id)?.content] as [string, Blob]);
    const bare = { ...entry, attachments: attachments.map((each) => ({ ...each, file: undefined })) };
    this.add(bare, new Map(contents));
    return bare;
  }

  drop({ attachments = [] }: OutboxEntry): void {
    for (const { clientUploadId, file } of attachments) {
      const upload = this.get(clientUploadId);
      this.#uploads.delete(clientUploadId);
      if (!file) upload?.cancel();
    }
  }
}

/** The message with what there is to say of its files, and their contents by `clientUploadId`. */
export function withAttachments(entry: OutboxEntry, files: readonly NewAttachment[]) {
  const contents = new Map<string, Blob>();
  const attachments: OutboxAttachment[] = files.map(({ content, fileName = nameOf(content) }) => {
    const clientUploadId = newClientId();
    contents.set(clientUploadId, content);
    return { clientUploadId, fileName, fileType: content.type, fileSize: content.size };
  });
  const type = attachments.every(({ fileType }) => fileType.startsWith('image/')) ? 'image' : 'file';
  const whole: OutboxEntry = { type, ...entry, attachments };
  return { whole, contents };
}

/** As it is called on the user's device. */
export const nameOf = (content: Blob): string => (content as Partial<File>).name ?? 'file';

export const isUploaded = ({ attachments = [] }: OutboxEntry): boolean => attachments.every(({ file }) => file);

export const isRefused = ({ attachments = [] }: OutboxEntry): boolean => attachments.some((each) => each.isRefused);

/** There is nothing in it to be sent. */
export const isEmpty = ({ content, attachments, type }: OutboxEntry): boolean =>
  content === '' && !attachments && type !== 'data';

export const volatile = (entry: OutboxEntry): OutboxEntry => ({
  ...entry,
  attachments: entry.attachments?.map((each) => ({ ...each, isVolatile: true })),
});

export function storedBytes(entries: readonly OutboxEntry[]): number {
  const all = entries.flatMap(({ attachments = [] }) => attachments);
  return all.reduce((bytes, { fileSize, isVolatile }) => (isVolatile ? bytes : bytes + fileSize), 0);
}

/** What its message is after a change of this upload: the same where that says nothing new. */
export function afterUpload(entry: OutboxEntry, { clientUploadId, state, file }: Upload): OutboxEntry {
  const { attachments = [], type } = entry;
  const before = attachments.find((each) => each.clientUploadId === clientUploadId);
  if (!before) return entry;
  const others = attachments.filter((each) => each !== before);
  if (state === 'cancelled') {
    if (others.length > 0) return { ...entry, attachments: others };
    return { ...entry, attachments: undefined, type: type === 'data' ? type : 'text' };
  }
  const isNowRefused = state === 'failed';
  if (isNowRefused === (before.isRefused ?? false) && (!file || before.file)) return entry;
  const after: OutboxAttachment = { ...before, file: file ?? undefined, isRefused: isNowRefused };
  return { ...entry, attachments: attachments.map((each) => (each === before ? after : each)) };
}
