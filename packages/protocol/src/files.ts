/** Files: sent by REST, named by messages, and described in `metadata` by the server. */

/** A file as a message describes it. All of it is the server's own word; `fileName` is what the uploader called it. */
export interface AttachedFile {
  fileId: string;
  /** In NFC, on one line, without a path. */
  fileName: string;
  /** By what stands in it; `application/octet-stream` where that says nothing. */
  fileType: string;
  /** In bytes. */
  fileSize: number;
  /** From the root of the server's origin: its base path, `/api/files/` and the id. */
  downloadUrl: string;
  /** Of pictures and videos, as they are shown. */
  width?: number;
  height?: number;
  /** Of what can be played. */
  durationMs?: number;
  /** Of recordings: the peaks of equal shares of it, from 0 to 100. */
  waveform?: number[];
  /** To be shown until the picture is there. */
  placeholder?: string;
}

/** What `metadata` of a message with files holds beside what is the client's: all of them, and the first one once more. */
export interface FilesMetadata
  extends Pick<AttachedFile, 'fileId' | 'fileName' | 'fileType' | 'fileSize' | 'downloadUrl'> {
  files: AttachedFile[];
}

/** What the server fills in at the top of `metadata`, where a message has files; it takes none of it from a client. */
export const FILLED_IN = ['fileName', 'fileType', 'fileSize', 'downloadUrl'] as const;

/** Good for five minutes, by whoever has it, as long as the one who asked for it may read the file. */
export interface FileLink {
  /** From the root of the server's origin, with its base path. */
  url: string;
  expiresAt: string;
}
