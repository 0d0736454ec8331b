import type { State } from './connectionStore';

/**
 * A state that takes one update at a time. VS Code tells an extension of each change of its state, and of those that it made itself: what
 * is told of one replaces all that is in memory, so that another one, made meanwhile and not stored yet, would be lost.
 * https://github.com/microsoft/vscode/blob/1.105.0/src/vs/workbench/api/common/extHostMemento.ts
 */
export class OrderedState implements State {
  /** What is not stored yet. */
  private readonly waiting = new Map<string, { readonly value: unknown }>();
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly state: State) {}

  get(key: string): unknown {
    const waiting = this.waiting.get(key);
    return waiting === undefined ? this.state.get(key) : waiting.value;
  }

  /** Settles when it is stored, or cannot be. */
  update(key: string, value: unknown): Promise<void> {
    const update = { value };
    this.waiting.set(key, update);
    const stored = this.last
      .then(() => this.state.update(key, value))
      .finally(() => {
        if (this.waiting.get(key) === update) this.waiting.delete(key);
      });
    this.last = stored.catch(() => undefined);
    return stored;
  }
}
