import type { Expectation } from '../http/http.js';

/** What is sent, under which id. */
export interface UploadContent {
  clientUploadId: string;
  fileName: string;
  content: Blob;
}

export interface UploadHow {
  /** Aborted where this attempt is to end; what it rejects with then is not looked at. */
  signal: AbortSignal;
  onProgress: (sentBytes: number) => void;
  /** The id by which the server knows the upload until it is a file. */
  onBegun: (id: string) => void;
}

/** The longest pause in which nothing goes or comes: the server also stores what it has got. */
export const UPLOAD_TIMEOUT_MS = 60_000;

export const isFile: Expectation = ({ fileId }) => typeof fileId === 'string';
