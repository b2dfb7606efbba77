import type { ParleyClient } from '@parley/client';
import type { AttachedFile } from '@parley/protocol';

/** Has the browser save a file under its name, whatever it is: nothing is opened in the page. Rejects with `SdkError`. */
export async function download(client: ParleyClient, { fileId, fileName }: AttachedFile): Promise<void> {
  const link = document.createElement('a');
  link.href = await client.fileUrl(fileId);
  link.download = fileName;
  link.click();
}
