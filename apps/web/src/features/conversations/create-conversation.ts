import type { ParleyClient } from '@parley/client';
import type { CreateConversationBody } from '@parley/protocol';

/**
 * Creates a conversation, or finds the existing direct one. Resolves with its id once it can be shown. Throws
 * `SdkError`.
 */
export async function createConversation(client: ParleyClient, body: CreateConversationBody): Promise<string> {
  const { id } = await client.createConversation(body);
  const known = client.conversation(id);
  // The event may come after the answer, and without a connection with the next one.
  if (known.getSnapshot() === null) {
    await new Promise<void>((resolve) => {
      const stop = known.subscribe(() => {
        if (known.getSnapshot() === null) return;
        stop();
        resolve();
      });
    });
  }
  return id;
}
