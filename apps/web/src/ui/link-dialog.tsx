import { type ReactNode, useState } from 'react';
import { Button } from './button.js';
import { copyToClipboard } from './clipboard.js';
import { Dialog, DialogActions } from './dialog.js';
import { Field } from './field.js';

interface LinkDialogProps {
  title: string;
  description: ReactNode;
  url: string;
  onClose: () => void;
}

/** A link that is shown once, to be copied. */
export function LinkDialog({ title, description, url, onClose }: LinkDialogProps) {
  const [outcome, setOutcome] = useState('');
  const copy = () => {
    copyToClipboard(url).then(
      () => setOutcome('Copied.'),
      () => setOutcome('It could not be copied.'),
    );
  };
  return (
    <Dialog open title={title} description={description} onClose={onClose}>
      <Field
        label="Link"
        readOnly
        value={url}
        className="px-5 pb-2"
        onFocus={(event) => event.currentTarget.select()}
      />
      <output className="px-5 text-second text-ink-2">{outcome}</output>
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
        <Button kind="primary" autoFocus onClick={copy}>
          Copy the link
        </Button>
      </DialogActions>
    </Dialog>
  );
}
