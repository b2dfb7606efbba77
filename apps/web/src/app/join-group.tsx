import type { ParleyClient } from '@parley/client';
import type { AcceptedInvite } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { isFinal } from '../api/sentences.js';
import { inviteSentence, peopleIn, useInvite } from '../features/auth/use-invite.js';
import { useHash } from '../hooks/use-hash.js';
import { useTitle } from '../hooks/use-title.js';
import { Button } from '../ui/button.js';
import { Alert } from '../ui/field.js';
import { isolate } from '../ui/isolated.js';
import { EmptyState } from '../ui/states.js';

/** How long the group is waited for. Without a connection it comes later. */
const MOST_MS = 5_000;

/** Where an invite of a group leads those who are signed in. */
export function JoinGroup() {
  const token = useHash();
  return <JoinBy key={token} token={token} />;
}

function JoinBy({ token }: { token: string }) {
  const { invite, error, retry } = useInvite(token);
  const { join, busy, refusal } = useJoining(token);
  useTitle('Join a group');
  const sentence = error ?? refusal?.sentence;
  return (
    <div className="flex h-full items-center justify-center" aria-busy={!error && !invite}>
      <EmptyState
        title={invite ? `Join “${isolate(invite.name)}”?` : 'Join a group'}
        action={
          <>
            {invite && !refusal?.isFinal ? (
              <Button kind="primary" busy={busy} onClick={() => void join()}>
                Join
              </Button>
            ) : null}
            {retry ? <Button onClick={retry}>Try again</Button> : null}
          </>
        }
      >
        {invite && !sentence ? peopleIn(invite) : null}
        {sentence ? <Alert>{sentence}</Alert> : null}
      </EmptyState>
    </div>
  );
}

/** The answer may be here before the event that brings the group: until then there is nothing at its address. */
function appeared(client: ParleyClient, id: string): Promise<void> {
  const group = client.conversation(id);
  return new Promise((resolve) => {
    const look = () => {
      if (group.getSnapshot() !== null) end();
    };
    const stop = group.subscribe(look);
    const timer = setTimeout(end, MOST_MS);
    function end() {
      stop();
      clearTimeout(timer);
      resolve();
    }
    look();
  });
}

function useJoining(token: string) {
  const client = useChatClient();
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ sentence: string; isFinal: boolean } | null>(null);
  const join = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      const { conversationId } = await client.request<AcceptedInvite>('POST', 'invites/accept', { token });
      await appeared(client, conversationId);
      navigate(`/c/${conversationId}`, { replace: true });
    } catch (thrown) {
      setRefusal({ sentence: inviteSentence(thrown), isFinal: isFinal(thrown) });
      setBusy(false);
    }
  };
  return { join, busy, refusal };
}
