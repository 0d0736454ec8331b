import * as vscode from 'vscode';
import { Failure } from '../../core/failure';
import type { ImageReference } from '../../core/reference';
import type { LocalImage } from '../../engine/engine';
import type { Images } from '../app';
import type { Commands } from '../commands/commands';
import { cleanItem } from '../tree/cleanItem';
import { revealRow } from '../tree/revealRow';
import { imageItem, problemItem } from './imageItem';
import type { LocalImages, LocalState } from './localImages';
import { groupImages, rowNamed } from './localNode';
import type { EngineProblem, LocalNode } from './localNode';

type ImagesRow = LocalNode | EngineProblem;

interface Collaborators {
  readonly images: LocalImages;
  readonly commands: Pick<Commands, 'ready' | 'appliesTo'>;
  /** Makes a text safe to show. */
  readonly clean: (text: string) => string;
  /** Whether the user types in a box, whose focus no row may take. */
  readonly isAsking: () => boolean;
}

/** The Images view. Sends no request until it is first shown. */
export class ImagesTree implements vscode.TreeDataProvider<ImagesRow>, Images, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<ImagesRow>;
  private readonly subscriptions: readonly { dispose(): unknown }[];
  private drawn = '';

  constructor(private readonly collaborators: Collaborators) {
    this.view = vscode.window.createTreeView('registryExplorer.images', {
      treeDataProvider: this,
      showCollapseAll: true,
      canSelectMany: true,
    });
    this.subscriptions = [
      this.view,
      this.changed,
      this.view.onDidChangeVisibility(({ visible }) => {
        this.collaborators.images.setWatched(visible);
      }),
    ];
    collaborators.images.setWatched(this.view.visible);
  }

  /** Call this when the images have changed. */
  update(): void {
    const { state } = this.collaborators.images;
    // Redrawn only if something changed: VS Code closes menus and hovers of redrawn rows.
    const now = JSON.stringify([state.kind, ...(state.kind === 'listed' ? state.images.map(sign) : [])]);
    if (now === this.drawn && state.kind !== 'failed') return;
    this.drawn = now;
    this.changed.fire(undefined);
  }

  getTreeItem(row: ImagesRow): vscode.TreeItem {
    const { commands, clean } = this.collaborators;
    const item =
      row.kind === 'engineProblem' ? problemItem(row.failure) : imageItem(row, commands.appliesTo(row), clean);
    return cleanItem(item, clean);
  }

  getParent(row: ImagesRow): ImagesRow | undefined {
    return row.kind === 'local' ? row.parent : undefined;
  }

  async getChildren(row?: ImagesRow): Promise<ImagesRow[]> {
    if (row !== undefined) return row.kind === 'local' ? [...row.children] : [];
    const [state] = await Promise.all([this.collaborators.images.known(), this.collaborators.commands.ready()]);
    this.describe(state);
    if (state.kind !== 'failed') return state.kind === 'listed' ? [...groupImages(state.images)] : [];
    return isMissing(state.failure) ? [] : [{ kind: 'engineProblem', failure: state.failure }];
  }

  /** The selected rows. */
  selected(): readonly ImagesRow[] {
    return this.view.selection;
  }

  list(): Promise<readonly LocalImage[]> {
    return this.collaborators.images.list();
  }

  refresh(): Promise<void> {
    return this.collaborators.images.refresh();
  }

  async show(name: ImageReference, when?: 'ifVisible'): Promise<void> {
    if (when === 'ifVisible' && !this.view.visible) return;
    const { images, commands, isAsking } = this.collaborators;
    await Promise.all([images.refresh(), commands.ready()]);
    const row = rowNamed(groupImages(await images.list()), name);
    if (row === undefined) return;
    // Keys work on the row with the focus.
    const focus = when === undefined && !isAsking();
    await revealRow(this.view, row, { select: true, focus, expand: row.entry.kind === 'repository' });
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private describe(state: LocalState): void {
    const description = state.kind === 'listed' ? `${state.version.name} ${state.version.version}` : '';
    this.view.description = this.collaborators.clean(description);
    // Decides which welcome text an empty view shows.
    const engine = state.kind === 'failed' ? 'missing' : 'ready';
    void vscode.commands.executeCommand('setContext', 'registryExplorer.engine', engine);
  }
}

function isMissing(failure: unknown): boolean {
  return failure instanceof Failure && failure.detail.code === 'NO_ENGINE';
}

function sign({ id, names, digests, created, size }: LocalImage) {
  return [id, names, digests, created?.getTime(), size];
}
