import { Component, type ReactNode } from 'react';
import { FaultPage } from '../features/faults/fault-notice.js';

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
    return <FaultPage onRetry={() => this.setState({ failed: false })} />;
  }
}
