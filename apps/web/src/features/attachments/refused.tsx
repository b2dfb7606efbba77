import { Isolated } from '../../ui/isolated.js';
import { RefusalButton } from '../../ui/refusal.js';

/** Why files were not taken. */
export function Refused({ sentences, onDismiss }: { sentences: readonly string[]; onDismiss: () => void }) {
  return (
    <div role="alert" className="flex items-start gap-2 py-1 ps-3.5 pe-2 text-second text-danger">
      <div className="min-w-0 flex-1 py-1">
        {sentences.map((sentence) => (
          <p key={sentence}>
            <Isolated text={sentence} />
          </p>
        ))}
      </div>
      <RefusalButton onClick={onDismiss}>Dismiss</RefusalButton>
    </div>
  );
}
