import type { UserView } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useState } from 'react';
import { sentenceFor } from '../../api/sentences.js';
import { useView } from '../../hooks/use-view.js';
import { Dialog } from '../../ui/dialog.js';
import { Alert } from '../../ui/field.js';
import { PeoplePicker } from '../people/people-picker.js';
import { createConversation } from './create-conversation.js';

/** Opens the direct conversation with somebody: the existing one, or a new one. */
export function NewMessageDialog({ me, onClose }: { me: string; onClose: () => void }) {
  const client = useChatClient();
  const { openConversation } = useView();
  const [error, setError] = useState<string | null>(null);

  async function start(person: UserView) {
    setError(null);
    try {
      openConversation(await createConversation(client, { type: 'direct', memberIds: [person.id] }));
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
