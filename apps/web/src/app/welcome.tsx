import { useConversations } from '@parley/react';
import { MessageSquareText } from 'lucide-react';
import { useTitle } from '../hooks/use-title.js';
import { useView } from '../hooks/use-view.js';
import { Button } from '../ui/button.js';
import { EmptyState } from '../ui/states.js';

/** The main pane while no conversation is chosen. */
export function Welcome() {
  const { openDialog } = useView();
  const { items, isLoaded } = useConversations();
  const count = items.length;
  useTitle('Conversations');
  if (!isLoaded) return null;
  return (
    <div className="flex h-full items-center justify-center">
      <EmptyState
        icon={<MessageSquareText size={28} strokeWidth={1.4} />}
        title={count === 0 ? 'Say hello to somebody' : 'Choose a conversation'}
        action={
          <>
            <Button kind="primary" onClick={() => openDialog('new-message')}>
              New message
            </Button>
            <Button onClick={() => openDialog('new-group')}>New group</Button>
          </>
        }
      >
        {count === 0
          ? 'Write to one person, or make a group for several. What you send is kept, and you can see who has read it.'
          : 'Pick one from the list, or begin a new one.'}
      </EmptyState>
    </div>
  );
}
