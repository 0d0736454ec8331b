import { once } from '../../core/once';
import type { AnyNode, Command } from './command';

/** The commands, whose code is loaded when the first row is drawn or the first command runs. */
export class Commands {
  private loaded: readonly Command[] | undefined;

  /** All of them, once they are loaded. */
  readonly ready = once(async () => (this.loaded = await this.load()));

  constructor(private readonly load: () => Promise<readonly Command[]>) {}

  /** Ids of those that apply to a row: its context value, for which its menu entries look. `ready` must have settled. */
  appliesTo(node: AnyNode): string {
    if (this.loaded === undefined) throw new Error('The commands are not loaded yet.');
    return this.loaded
      .flatMap((command) => (command.kind === 'node' && command.applies(node) ? [command.id] : []))
      .join(' ');
  }
}
