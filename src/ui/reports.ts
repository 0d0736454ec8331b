import * as vscode from 'vscode';
import type { Documents, ShownDocument } from './documents';

/** How many reports are kept for their previews. */
const mostKept = 10;

/** Reports in Markdown, shown in VS Code's preview. A context key tells its menus whether the tab in front is one of them. */
export class Reports implements vscode.Disposable {
  /** The texts by the name in the title of the tab, the oldest first. */
  private readonly texts = new Map<string, string>();
  private readonly subscription: vscode.Disposable;

  constructor(private readonly documents: Pick<Documents, 'keep' | 'show'>) {
    const update = () => {
      void vscode.commands.executeCommand('setContext', 'registryExplorer.report', this.shown() !== undefined);
    };
    this.subscription = vscode.Disposable.from(
      vscode.window.tabGroups.onDidChangeTabs(update),
      vscode.window.tabGroups.onDidChangeTabGroups(update),
    );
  }

  async show(document: ShownDocument): Promise<void> {
    const uri = await this.documents.keep(document);
    const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
    this.texts.delete(name);
    this.texts.set(name, document.text);
    for (const oldest of [...this.texts.keys()].slice(0, -mostKept)) this.texts.delete(oldest);
    try {
      await vscode.commands.executeCommand('markdown.showPreview', uri);
    } catch {
      // The user may have switched off VS Code's own extension for Markdown.
      await this.documents.show(document);
    }
  }

  /** The text of the report in front; nothing if there is none. */
  shown(): string | undefined {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    if (tab === undefined) return undefined;
    // VS Code does not tell which document a preview shows, but its title ends with the name.
    const names = [...this.texts.keys()].filter((name) => tab.label.endsWith(name));
    const [name] = names.sort((one, other) => other.length - one.length);
    return name === undefined ? undefined : this.texts.get(name);
  }

  dispose(): void {
    this.subscription.dispose();
  }
}
