import type { UserView } from '@parley/protocol';
import { useState } from 'react';
import { sentenceFor } from '../../api/sentences.js';
import { Dialog } from '../../ui/dialog.js';
import { Alert } from '../../ui/field.js';
import { PeoplePicker } from '../people/people-picker.js';
import { useOpenDirect } from './use-open-direct.js';

/** Opens the direct conversation with somebody: the existing one, or a new one. */
export function NewMessageDialog({ me, onClose }: { me: string; onClose: () => void }) {
  const openDirect = useOpenDirect();
  const [error, setError] = useState<string | null>(null);

  async function start(person: UserView) {
    setError(null);
    try {
      await openDirect(person);
    } catch (thrown) {
      setError(sentenceFor(thrown));
    }
  }

  return (
    <Dialog open title="New message" onClose={onClose}>
      <PeoplePicker
        label="To"
        placeholder="Name or username"
        without={[me]}
        autoFocus
        onPick={(person) => void start(person)}
      />
      <div className="px-5 pb-4">{error ? <Alert>{error}</Alert> : null}</div>
    </Dialog>
  );
}
