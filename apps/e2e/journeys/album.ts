import type { AttachedFile, Message, SentType } from '@parley/protocol';
import type { RestClient } from '@parley/testkit';
import type { Page } from 'playwright-core';

/** A file of these specs, as it is uploaded, and what the server would know of it once it has looked at it. */
export interface Attachment {
  name: string;
  content: Buffer;
  known?: Partial<AttachedFile>;
}

/** Sends a message with these files, as their uploader. */
export async function sendFiles(
  rest: RestClient,
  conversationId: string,
  files: readonly Attachment[],
  content = '',
): Promise<Message> {
  const uploaded = await Promise.all(files.map((file) => upload(rest, file)));
  const type: SentType = uploaded.every(({ fileType }) => fileType.startsWith('image/')) ? 'image' : 'file';
  const metadata = { files: uploaded.map(({ fileId }) => ({ fileId })) };
  return rest.send(conversationId, { content, type, metadata });
}

async function upload({ url, token }: RestClient, { name, content }: Attachment): Promise<AttachedFile> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(content)]), name);
  const answer = await fetch(`${url}/api/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  if (!answer.ok) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as AttachedFile;
}

/**
 * From the next load of the page on, it is told of these files what the server finds out only by looking at them, which
 * it may not have done, or cannot do on this machine.
 */
export async function describeFiles(page: Page, files: readonly Attachment[]): Promise<void> {
  await page.routeWebSocket(/\/socket\.io\//, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => socket.send(typeof frame === 'string' ? described(frame, files) : frame));
  });
}

function described(frame: string, files: readonly Attachment[]): string {
  return files.reduce((text, { name, known }) => {
    const fields = JSON.stringify(known ?? {}).slice(1, -1);
    return fields === '' ? text : text.replaceAll(`"fileName":"${name}"`, `"fileName":"${name}",${fields}`);
  }, frame);
}
