import { X } from 'lucide-react';
import { useRef } from 'react';
import { announce } from '../../ui/announcements.js';
import { IconButton } from '../../ui/button.js';
import { FileName } from '../../ui/file-name.js';
import { fileSize } from '../../ui/file-size.js';
import { isolate } from '../../ui/isolated.js';
import { type ChosenFile, removeFile, setRefusals, useChosen } from './chosen-files.store.js';
import { FilePreview } from './file-preview.js';
import { Refused } from './refused.js';

interface AttachmentTrayProps {
  conversationId: string;
  /** Where the focus goes with the last file. */
  onEmpty: () => void;
}

/** The files that go with the next message, above its text. */
export default function AttachmentTray({ conversationId, onEmpty }: AttachmentTrayProps) {
  const { files, refusals } = useChosen(conversationId);
  const list = useRef<HTMLUListElement>(null);
  function remove({ id, file }: ChosenFile, place: number) {
    removeFile(conversationId, id);
    announce(`${file.name} removed`);
    // The button goes with its file: the next one takes the focus.
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const next = buttons[place + 1] ?? buttons[place - 1];
    if (next) next.focus();
    else onEmpty();
  }
  return (
    <div className="border-b border-line" data-testid="attachment-tray">
      {refusals.length > 0 ? <Refused sentences={refusals} onDismiss={() => setRefusals(conversationId, [])} /> : null}
      {files.length > 0 ? (
        <ul ref={list} aria-label="Files to send" className="attachment-tray">
          {files.map((chosen, place) => (
            <li key={chosen.id} className="attachment-chip" data-testid="chosen-file">
              <FilePreview content={chosen.file} file={{ fileName: chosen.file.name, fileType: chosen.file.type }} />
              <span className="min-w-0 flex-1 text-second">
                <FileName name={chosen.file.name} />
                <span className="block text-meta text-ink-3 tabular-nums">{fileSize(chosen.file.size)}</span>
              </span>
              <IconButton
                label={`Remove ${isolate(chosen.file.name)}`}
                className="size-7 max-[720px]:size-11"
                onClick={() => remove(chosen, place)}
              >
                <X size={15} strokeWidth={1.8} />
              </IconButton>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
