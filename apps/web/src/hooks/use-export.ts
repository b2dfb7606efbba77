import type { FileLink } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { API_URL } from '../api/http.js';
import { announce } from '../ui/announcements.js';
import { useCommand } from './use-command.js';

/** Has the browser save an export, which may be larger than a page could hold. `path`: of the export, below `/api`. */
export function useExport(path: string, refused?: string) {
  const client = useChatClient();
  const { run, ...state } = useCommand(undefined, refused);
  const save = () =>
    void run(async () => {
      const { url } = await client.request<FileLink>('POST', `${path}/link`);
      const link = document.createElement('a');
      link.href = new URL(url, new URL(API_URL || '/', location.href)).href;
      link.download = '';
      link.click();
      announce('The export is being saved.');
    });
  return { save, ...state };
}
