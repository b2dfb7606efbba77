import { Component, type ReactNode } from 'react';
import { FaultPage } from '../features/faults/fault-notice.js';

interface Props {
  children: ReactNode;
  /** With another value the children are shown again: the reader has left the page that failed. */
  resetKey?: string;
}

interface State {
  failed: boolean;
  resetKey?: string;
}

/** Shows a notice in the place of a part that fails to draw; the rest of the app goes on. */
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
    return <FaultPage onRetry={() => this.setState({ failed: false })} />;
  }
}
