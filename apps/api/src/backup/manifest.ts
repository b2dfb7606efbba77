import { isUuid } from '../kernel/ids.js';

/** The names in an archive, in the order in which they come in it. */
export const HEADER = 'parley-backup.json';
export const TABLES = 'tables/';
export const CONTENTS = 'files/';
export const END = 'end.json';

/** Rises when a restore of before would misread what is written now. */
const FORMAT = 1;

/** What a backup begins with. */
export interface BackupHeader {
  format: number;
  /** Of Parley. */
  version: string;
  /** The hash of the latest migration: the tables that the rows are of. */
  schema: string;
  /** Of the database that was backed up; a restore gives another. */
  epoch: string;
  /** By the clock of the database, of the moment whose rows these are. */
  madeAt: string;
}

/** What a backup ends with: one without it was cut off. */
export interface BackupEnd {
  /** Rows by table. */
  rows: Record<string, number>;
  contents: { count: number; bytes: number; missing: number };
  /** SHA-256 of everything before, in hexadecimal digits. */
  sha256: string;
}

export const headerOf = (facts: Omit<BackupHeader, 'format'>): Buffer => jsonLine({ format: FORMAT, ...facts });

export const endOf = (end: BackupEnd): Buffer => jsonLine(end);

/** @throws with a sentence where this build cannot read what follows. */
export function readHeader(text: string): BackupHeader {
  const header = JSON.parse(text) as BackupHeader;
  if (header.format === FORMAT) return header;
  throw new Error(`The backup was made by Parley ${header.version}, in a format that this version does not know.`);
}

export const readEnd = (text: string): BackupEnd => JSON.parse(text) as BackupEnd;

/** Where rows of a table stand: `tables/messages/000001.jsonl.gz`. */
export const chunkName = (table: string, number: number): string =>
  `${TABLES}${table}/${String(number).padStart(6, '0')}.jsonl.gz`;

const jsonLine = (value: object): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);

/** Where a content stands: `files/ID`. */
export const contentName = (id: string): string => `${CONTENTS}${id}`;

/** Which content stands under this name; null where it is no id, which may become part of a path. */
export function contentIdOf(name: string): string | null {
  const id = name.slice(CONTENTS.length);
  return isUuid(id) ? id : null;
}

/** Of which table the rows are that stand under this name. */
export const tableOf = (name: string): string => name.split('/')[1] ?? '';
