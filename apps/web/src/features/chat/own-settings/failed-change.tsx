import { useStore } from 'zustand';
import { isFinal, sentenceFor } from '../../../api/sentences.js';
import { dismissFailedChange, failedChangeStore } from '../../../hooks/own-settings.store.js';
import { Refusal, RefusalButton } from '../../../ui/refusal.js';
import { failedWords } from './failed-words.js';
import { useOwnChange } from './use-own-change.js';

interface FailedChangeProps {
  conversationId: string;
  /** Takes the focus, which was on what is gone then. */
  onGone: () => void;
}

/** Says what could not be pinned, muted, hidden or marked, why, and lets one try again. */
export function FailedChange({ conversationId, onGone }: FailedChangeProps) {
  const change = useOwnChange(conversationId);
  const { failed } = useStore(failedChangeStore);
  if (failed?.conversationId !== conversationId) return null;
  const { body, fault } = failed;
  const retry = () => {
    onGone();
    void change(body);
  };
  const dismiss = () => {
    onGone();
    dismissFailedChange();
  };
  return (
    <div data-testid="failed-change" className="flex-none border-b border-line bg-danger-wash px-5 py-1.5">
      <Refusal>
        <span>
          <b className="font-strong">{failedWords(body)}</b> {sentenceFor(fault)}
        </span>
        {isFinal(fault) ? null : <RefusalButton onClick={retry}>Try again</RefusalButton>}
        <RefusalButton onClick={dismiss}>Dismiss</RefusalButton>
      </Refusal>
    </div>
  );
}
