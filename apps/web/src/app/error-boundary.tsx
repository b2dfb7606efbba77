import { Component, type ReactNode } from 'react';
import { Button } from '../ui/button.js';
import { EmptyState } from '../ui/states.js';

interface Props {
  children: ReactNode;
  /** Another value shows the children again: the reader went elsewhere. */
  resetKey?: string;
}

interface State {
  failed: boolean;
  resetKey?: string;
}

/** Keeps the rest of the app alive where a part of it fails to draw. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failed: false, resetKey: this.props.resetKey };

  static getDerivedStateFromError(): Partial<State> {
    return { failed: true };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.resetKey === state.resetKey ? null : { failed: false, resetKey: props.resetKey };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <div role="alert" className="flex h-full items-center justify-center">
        <EmptyState
          title="This page could not be shown"
          action={
            <>
              <Button kind="primary" onClick={() => this.setState({ failed: false })}>
                Try again
              </Button>
              <Button onClick={() => location.reload()}>Reload</Button>
            </>
          }
        >
          Something in it is not right. Your messages are safe on the server.
        </EmptyState>
      </div>
    );
  }
}
