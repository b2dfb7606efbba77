export interface UploadOptions {
  /** Default: that of a `File`. */
  fileName?: string;
  /** The same once more is the same file; default: a new one. */
  clientUploadId?: string;
}

export interface FileUrlOptions {
  /** Of a smaller picture, with at most so many pixels a side. */
  thumbnail?: 320 | 1280;
  /** Not the one that is kept: what was at it could not be loaded. */
  isFresh?: boolean;
}
