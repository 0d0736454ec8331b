import type { AnyNode, Command } from './command';

/** The commands, whose code is loaded when the first row is drawn or the first command runs. */
export class Commands {
  private loaded: readonly Command[] | undefined;
  private loading: Promise<readonly Command[]> | undefined;

  constructor(private readonly load: () => Promise<readonly Command[]>) {}

  /** All of them, once they are loaded. */
  ready(): Promise<readonly Command[]> {
    this.loading ??= this.load().then((all) => (this.loaded = all));
    return this.loading;
  }

  /** Ids of those that apply to a row: its context value, for which its menu entries look. `ready` must have settled. */
  appliesTo(node: AnyNode): string {
    if (this.loaded === undefined) throw new Error('The commands are not loaded yet.');
    return this.loaded
      .flatMap((command) => (command.kind === 'node' && command.applies(node) ? [command.id] : []))
      .join(' ');
  }
}
