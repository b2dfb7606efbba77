import type { AttachedFile, ErrorObject } from '@parley/protocol';

/** What an upload was answered. */
export interface UploadAnswer {
  status: number;
  file: AttachedFile & { error?: ErrorObject };
}

/** Uploads as browsers do. */
export async function upload(
  { url, token }: { url: string; token: string },
  content: Buffer,
  { name = 'a.bin', clientUploadId }: { name?: string; clientUploadId?: string } = {},
): Promise<UploadAnswer> {
  const form = new FormData();
  if (clientUploadId) form.append('clientUploadId', clientUploadId);
  form.append('file', new Blob([new Uint8Array(content)]), name);
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/files`, { method: 'POST', headers, body: form });
  return { status: answer.status, file: (await answer.json()) as UploadAnswer['file'] };
}

/** The content of a file, or the status of a refusal. */
export async function download(
  { url, token }: { url: string; token: string },
  { fileId }: Pick<AttachedFile, 'fileId'>,
): Promise<Buffer | number> {
  const answer = await fetch(`${url}/api/files/${fileId}`, { headers: { authorization: `Bearer ${token}` } });
  const content = Buffer.from(await answer.arrayBuffer());
  return answer.ok ? content : answer.status;
}
