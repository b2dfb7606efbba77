import type { Upload } from '@parley/client';
import { useChatClient } from '@parley/react';
import { useEffect, useRef } from 'react';
import { useCommand } from '../../hooks/use-command.js';
import { announce } from '../../ui/announcements.js';
import type { TakeCrop } from './crop-stage.js';

/** Makes a picture one's own, or shows none any more. `error` says why that was refused. */
export function useAvatar(onDone: () => void) {
  const client = useChatClient();
  const { run, busy, error } = useCommand(onDone);
  const upload = useRef<Upload | null>(null);
  // It would go on waiting for a connection.
  useEffect(() => () => upload.current?.cancel(), []);

  async function show(avatarUrl: string | null): Promise<void> {
    client.meet([await client.updateMe({ avatarUrl })]);
  }

  const save = (take: TakeCrop | null) =>
    void run(async () => {
      if (!take) throw new Error('There is no picture to keep.');
      const content = await take();
      upload.current = client.upload(content, { fileName: `avatar.${content.type.replace('image/', '')}` });
      const { downloadUrl } = await upload.current.finished;
      upload.current = null;
      await show(downloadUrl);
      announce('Your picture was changed.');
    });
  const remove = () =>
    void run(async () => {
      await show(null);
      announce('Your picture was removed.');
    });
  return { save, remove, busy, error };
}
