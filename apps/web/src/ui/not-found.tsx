import { Compass } from 'lucide-react';
import { useLocation } from 'wouter';
import { useTitle } from '../hooks/use-title.js';
import { Button } from './button.js';
import { EmptyState } from './states.js';

/** For pages that do not exist and for conversations of others: the same text, so that neither can be told apart. */
export function NotFound() {
  const [, navigate] = useLocation();
  useTitle('Not found');
  return (
    <div className="flex h-full items-center justify-center">
      <EmptyState
        icon={<Compass size={28} strokeWidth={1.4} />}
        title="There is nothing here"
        action={
          <Button kind="primary" onClick={() => navigate('/')}>
            Go to your conversations
          </Button>
        }
      >
        The address is wrong, or the conversation is not one of yours.
      </EmptyState>
    </div>
  );
}
