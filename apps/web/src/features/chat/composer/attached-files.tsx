import { type RefObject, Suspense, useEffect, useRef } from 'react';
import { lazyPart } from '../../../ui/lazy-part.js';
import type { Attaching } from './use-attaching.js';

const AttachmentTray = lazyPart(() => import('../../attachments/attachment-tray.js'));
const VoiceBar = lazyPart(() => import('../../attachments/voice/voice-bar.js'));

interface AttachedFilesProps {
  conversationId: string;
  attaching: Attaching;
  inputRef: RefObject<HTMLTextAreaElement | null>;
  onVoice: (file: File) => void;
}

/** Above the text: the files that go with it, and the recorder while it takes the text's place. */
export function AttachedFiles({ conversationId, attaching, inputRef, onVoice }: AttachedFilesProps) {
  const { limits, hasTray, isRecording, choose, endRecording } = attaching;
  useFocusAfter(isRecording, inputRef);
  return (
    <Suspense fallback={null}>
      {hasTray ? <AttachmentTray conversationId={conversationId} onEmpty={() => inputRef.current?.focus()} /> : null}
      {isRecording && limits ? (
        <VoiceBar
          mostBytes={limits.fileBytes}
          onSend={onVoice}
          onLeft={(file) => choose([file])}
          onClose={endRecording}
        />
      ) : null}
    </Suspense>
  );
}

/** Once the recorder has gone, whose buttons had it. */
function useFocusAfter(isRecording: boolean, inputRef: AttachedFilesProps['inputRef']): void {
  const was = useRef(isRecording);
  useEffect(() => {
    if (was.current && !isRecording) inputRef.current?.focus();
    was.current = isRecording;
  }, [isRecording, inputRef]);
}
