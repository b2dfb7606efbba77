import { Injectable } from '@nestjs/common';
import { LIMITS, type Metadata } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import { jsonBytes } from '../../kernel/json-size.js';
import { describeFile, FilesRepository, withFiles } from '../files/index.js';
import type { BatchRefusal, PreparedMessage } from './message-batch.js';

type Named = Pick<PreparedMessage, 'senderId' | 'fileIds' | 'metadata'>;
type ClaimedFile = Awaited<ReturnType<FilesRepository['claim']>>[number];

/** What metadata becomes whose files were looked up, or why it cannot be stored. */
type Filled = { metadata: Metadata; metadataBytes: number } | { refusal: BatchRefusal };

/**
 * Fills in what metadata says of its files, where messages are written: those of a conversation are in order there, which a look-up
 * before would end. The files are kept from then on for as long as one that was just uploaded.
 */
@Injectable()
export class MessageAttachments {
  constructor(private readonly files: FilesRepository) {}

  /** The same messages; nothing is looked up for those without files. */
  async fillBatch(db: Db, batch: readonly PreparedMessage[]): Promise<readonly PreparedMessage[]> {
    const wanted = batch.flatMap(({ senderId, fileIds }) =>
      fileIds.map((fileId) => ({ uploaderId: senderId, fileId })),
    );
    if (wanted.length === 0) return batch;
    const rows = await this.files.claim(db, wanted);
    return batch.map((message) => (message.fileIds.length > 0 ? { ...message, ...filled(message, rows) } : message));
  }

  /** Of one message, in the transaction that changes it. */
  async fill(db: Db, named: Named): Promise<Filled> {
    const { senderId: uploaderId, fileIds } = named;
    const wanted = fileIds.map((fileId) => ({ uploaderId, fileId }));
    return filled(named, await this.files.claim(db, wanted));
  }
}

/** What is filled in for one message, whose sender may name their own files only. */
function filled({ senderId, fileIds, metadata }: Named, rows: readonly ClaimedFile[]): Filled {
  const files = fileIds.flatMap((id) => rows.find((row) => row.id === id && row.uploaderId === senderId) ?? []);
  if (files.length < fileIds.length) return { refusal: 'file_unknown' };
  const whole = withFiles(metadata, files.map(describeFile));
  const metadataBytes = jsonBytes(whole);
  return metadataBytes > LIMITS.metadataBytes ? { refusal: 'metadata_too_large' } : { metadata: whole, metadataBytes };
}
