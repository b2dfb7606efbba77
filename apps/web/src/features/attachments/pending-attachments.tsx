import type { OutboxAttachment } from '@parley/client';
import { useChatClient, useUpload } from '@parley/react';
import { X } from 'lucide-react';
import type { MouseEvent } from 'react';
import { announce } from '../../ui/announcements.js';
import { IconButton } from '../../ui/button.js';
import { FileName } from '../../ui/file-name.js';
import { fileSize } from '../../ui/file-size.js';
import { isolate } from '../../ui/isolated.js';
import { RefusalButton } from '../../ui/refusal.js';
import { useRowFocus } from '../../ui/use-row-focus.js';
import { FilePreview } from './file-preview.js';
import { fileRefusal } from './file-refusals.js';
import { type Progress, progressOf } from './upload-progress.js';

interface PendingAttachmentsProps {
  id?: string;
  attachments: readonly OutboxAttachment[];
  /** Whether Tab stops at what can be done with them. */
  tabStop: boolean;
}

/** The files of a message that is on its way: how far each is, and what became of those that were refused. */
export default function PendingAttachments({ id, attachments, tabStop }: PendingAttachmentsProps) {
  return (
    <ul id={id} aria-label="Files on their way" className="pending-files">
      {attachments.map((attachment) => (
        <PendingFile key={attachment.clientUploadId} attachment={attachment} tabStop={tabStop} />
      ))}
    </ul>
  );
}

interface PendingFileProps extends Pick<PendingAttachmentsProps, 'tabStop'> {
  attachment: OutboxAttachment;
}

function PendingFile({ attachment, tabStop }: PendingFileProps) {
  const { clientUploadId, fileName, fileSize: size } = attachment;
  const upload = useChatClient().attachment(clientUploadId);
  const progress = progressOf(attachment, useUpload(upload));
  const stop = tabStop ? 0 : -1;
  const retry = (event: MouseEvent<HTMLElement>) => {
    focusRow(event);
    upload?.retry();
  };
  const remove = (event: MouseEvent<HTMLElement>) => {
    focusRow(event);
    upload?.cancel();
    announce(`${fileName} removed`);
  };
  return (
    <li className="pending-file" data-testid="pending-file" data-upload={progress.state}>
      <FilePreview content={upload?.content ?? null} file={attachment} />
      <span className="min-w-0 flex-1">
        <FileName name={fileName} />
        <FileState name={fileName} size={size} progress={progress} />
        {progress.state === 'failed' ? (
          <span role="alert" className="block text-second text-danger">
            {fileRefusal(progress.error)}
          </span>
        ) : null}
        {upload && progress.state === 'failed' ? (
          <span className="-ms-1 flex gap-2 text-second text-danger">
            <RefusalButton tabIndex={stop} label={`Try again to send ${fileName}`} onClick={retry}>
              Try again
            </RefusalButton>
            <RefusalButton tabIndex={stop} label={`Remove ${fileName}`} onClick={remove}>
              Remove
            </RefusalButton>
          </span>
        ) : null}
      </span>
      {upload && progress.state !== 'done' && progress.state !== 'failed' ? (
        <RemoveButton name={fileName} tabIndex={stop} onClick={remove} />
      ) : null}
    </li>
  );
}

interface RemoveButtonProps {
  name: string;
  tabIndex: number;
  onClick: (event: MouseEvent<HTMLElement>) => void;
}

/** Goes once its file is sent. */
function RemoveButton({ name, ...rest }: RemoveButtonProps) {
  return (
    <IconButton ref={useRowFocus()} label={`Remove ${isolate(name)}`} className="size-7 max-[720px]:size-11" {...rest}>
      <X size={15} strokeWidth={1.8} />
    </IconButton>
  );
}

/** The buttons go with their state: the focus stays with the message. */
function focusRow({ currentTarget }: MouseEvent<HTMLElement>): void {
  currentTarget.closest('article')?.focus();
}

/** The size, and while it is being sent how much of it has been. */
function FileState({ name, size, progress }: { name: string; size: number; progress: Progress }) {
  return (
    <span className="block text-meta text-ink-3 tabular-nums">
      {progress.words ?? fileSize(size)}
      {progress.state === 'sending' ? (
        <progress aria-label={`Sending ${name}`} max={100} value={progress.percent} className="upload-progress" />
      ) : null}
    </span>
  );
}
