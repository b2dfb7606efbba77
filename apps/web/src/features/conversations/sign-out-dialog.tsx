import { QuestionDialog } from '../../ui/question-dialog.js';
import { signOut } from '../auth/auth.store.js';
import { forgetDrafts } from '../chat/composer/drafts.store.js';

interface SignOutDialogProps {
  me: string;
  /** How many messages are begun and not sent. */
  drafts: number;
  onClose: () => void;
}

/** Asks before what was begun is lost: nobody who uses this device next is to find it. */
export function SignOutDialog({ me, drafts, onClose }: SignOutDialogProps) {
  const leave = async () => {
    const ended = signOut();
    forgetDrafts(me);
    await ended;
  };
  return (
    <QuestionDialog title="Sign out?" verb="Sign out" danger act={leave} onClose={onClose}>
      {drafts === 1 ? 'A draft is' : `${drafts} drafts are`} kept on this device, and removed when you sign out. What
      was sent stays.
    </QuestionDialog>
  );
}
