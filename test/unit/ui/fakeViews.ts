import type * as vscode from 'vscode';
import { stub } from '../stub';

/** Tells whoever listens, as VS Code does. */
class Emitter<T> {
  private readonly listeners = new Set<(news: T) => void>();
  readonly event = (listener: (news: T) => void) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  fire(news: T): void {
    for (const listener of this.listeners) listener(news);
  }

  dispose(): void {
    this.listeners.clear();
  }

  get hears(): boolean {
    return this.listeners.size > 0;
  }
}

interface Revealing {
  readonly select?: boolean;
  readonly focus: boolean;
  readonly expand: boolean;
}

/** A view as the user works with it, without drawing anything: what it has is asked of its provider. */
class FakeView<Row> {
  visible = true;
  description = '';
  /** The selected row is one that the view does not have any more: VS Code then throws before another one gets the focus. */
  isSelectedGone = false;
  /** So many rows that are to be opened stay closed, although VS Code says that it was done. */
  opensNot = 0;
  readonly revealed: { readonly row: Row; readonly options: unknown }[] = [];
  private readonly collapsed = new Emitter<{ readonly element: Row }>();
  private readonly expanded = new Emitter<{ readonly element: Row }>();
  private readonly visibility = new Emitter<{ readonly visible: boolean }>();
  private readonly selecting = new Emitter<{ readonly selection: readonly Row[] }>();
  readonly onDidChangeSelection = this.selecting.event;
  readonly onDidCollapseElement = this.collapsed.event;
  readonly onDidExpandElement = this.expanded.event;
  readonly onDidChangeVisibility = this.visibility.event;

  collapse(element: Row): void {
    this.collapsed.fire({ element });
  }

  expand(element: Row): void {
    this.expanded.fire({ element });
  }

  select(...selection: readonly Row[]): void {
    this.selecting.fire({ selection });
  }

  show(visible: boolean): void {
    this.visible = visible;
    this.visibility.fire({ visible });
  }

  reveal(row: Row, options: Revealing): Promise<void> {
    if (this.isSelectedGone && options.focus) return Promise.reject(new Error('TreeError: Data tree node not found'));
    if (options.select === true) this.isSelectedGone = false;
    this.revealed.push({ row, options });
    if (options.expand && this.opensNot-- <= 0) this.expand(row);
    return Promise.resolve();
  }

  dispose(): void {
    for (const emitter of [this.collapsed, this.expanded, this.visibility, this.selecting]) emitter.dispose();
  }
}

/** What of VS Code the two views use. A test mocks the module with `api`, and plays VS Code with the rest. */
export class FakeVsCode<Row> {
  view = new FakeView<Row>();
  /** Whether the user types in a box. */
  isAsking = false;
  readonly settings = new Map<string, unknown>();
  readonly commands: unknown[][] = [];
  private readonly windowState = new Emitter<{ readonly focused: boolean }>();
  private readonly configuration = new Emitter<Pick<vscode.ConfigurationChangeEvent, 'affectsConfiguration'>>();

  readonly api = {
    EventEmitter: Emitter,
    TreeItemCollapsibleState: { None: 0, Collapsed: 1, Expanded: 2 },
    TreeItem: class {
      constructor(
        readonly label: string,
        readonly collapsibleState: number,
      ) {}
    },
    ThemeIcon: class {
      constructor(
        readonly id: string,
        readonly color?: unknown,
      ) {}
    },
    ThemeColor: class {
      constructor(readonly id: string) {}
    },
    MarkdownString: class {
      value = '';
      appendText(text: string) {
        this.value += text;
        return this;
      }
      appendMarkdown(text: string) {
        this.value += text;
        return this;
      }
    },
    window: {
      createTreeView: () => (this.view = new FakeView<Row>()),
      onDidChangeWindowState: this.windowState.event,
    },
    workspace: {
      onDidChangeConfiguration: this.configuration.event,
      getConfiguration: (section: string) => ({
        get: (name: string, byDefault: unknown) => this.settings.get(`${section}.${name}`) ?? byDefault,
      }),
    },
    commands: {
      executeCommand: (...command: unknown[]) => Promise.resolve(void this.commands.push(command)),
    },
  };

  focus(focused = true): void {
    this.windowState.fire({ focused });
  }

  set(name: string, value: unknown): void {
    this.settings.set(name, value);
    this.configuration.fire({ affectsConfiguration: (section) => section === name });
  }
}

/** A token that `cancel` cancels. */
export function cancellation(): { readonly token: vscode.CancellationToken; readonly cancel: () => void } {
  const emitter = new Emitter<unknown>();
  const token = stub<vscode.CancellationToken>('token', {
    isCancellationRequested: false,
    onCancellationRequested: emitter.event,
  });
  return {
    token,
    cancel: () => {
      emitter.fire(undefined);
    },
  };
}
