import { Mic } from 'lucide-react';
import { IconButton } from '../../../ui/button.js';

export function RecordButton({ onClick }: { onClick: () => void }) {
  return (
    <IconButton label="Record a voice message" className="size-8 max-[720px]:size-9" onClick={onClick}>
      <Mic size={18} strokeWidth={1.6} />
    </IconButton>
  );
}
