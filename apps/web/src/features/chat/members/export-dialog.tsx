import type { ConversationListItem } from '@parley/protocol';
import { Download } from 'lucide-react';
import { useExport } from '../../../hooks/use-export.js';
import { Button } from '../../../ui/button.js';
import { CommandActions, Dialog } from '../../../ui/dialog.js';
import { isolate } from '../../../ui/isolated.js';
import { titleOf } from '../conversation-title.js';

interface ExportDialogProps {
  item: ConversationListItem;
  onClose: () => void;
}

/** All of a group, for its owners. */
export function ExportDialog({ item, onClose }: ExportDialogProps) {
  const { save, busy, error } = useExport(
    `conversations/${item.id}/export`,
    'Only owners of a group can export it, and you are none any more.',
  );
  return (
    <Dialog
      open
      title={`Export “${isolate(titleOf(item))}”`}
      description="All messages, members, reactions and files, in one file of JSON Lines. Whoever has it can read all of it."
      onClose={onClose}
    >
      <CommandActions error={error} onCancel={onClose}>
        <Button kind="primary" busy={busy} onClick={save}>
          <Download size={17} strokeWidth={1.6} aria-hidden="true" />
          Export
        </Button>
      </CommandActions>
    </Dialog>
  );
}
