import { Component, type ReactNode } from 'react'
import { Failed } from '../parts/States'

/** A fault in one page leaves the frame standing. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  state = { error: null as unknown }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  render() {
    if (this.state.error) return <Failed error={this.state.error} retry={() => this.setState({ error: null })} />
    return this.props.children
  }
}
