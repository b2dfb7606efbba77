export interface UploadOptions {
  /** Default: that of a `File`. */
  fileName?: string;
  /** The same once more is the same file; default: a new one. */
  clientUploadId?: string;
}

export interface FileUrlOptions {
  /** The longer side of a smaller picture, in pixels. */
  thumbnail?: 320 | 1280;
}
