import * as vscode from 'vscode';
import { pause } from '../core/pause';
import { plainText, withEscapes } from '../core/plainText';

export interface ShownDocument {
  /** The title of the tab: `api@1.4 manifest.json`. Its extension decides the highlighting. */
  readonly name: string;
  /** Distinguishes documents of the same name: a digest. */
  readonly id: string;
  readonly text: string;
}

/** A title has one line, and a slash in it would change the path. */
function titleOf(name: string): string {
  return plainText(name).replaceAll(/[\\/]/g, '-');
}

/** Characters that are processed before other work gets its turn. */
const slice = 256 * 1024;

/** Writes invisible characters as escapes. */
async function escapeUnseen(text: string): Promise<string> {
  if (text.length <= slice) return withEscapes(text);
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    // Do not split a surrogate pair.
    const end = at + slice + (/[\ud800-\udbff]/.test(text.charAt(at + slice - 1)) ? 1 : 0);
    parts.push(withEscapes(text.slice(at, end)));
    at = end;
    await pause();
  }
  return parts.join('');
}

const scheme = 'registry-explorer';

/** Read-only documents. Their text is kept while they are open. */
export class Documents implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly subscriptions: vscode.Disposable[];

  constructor() {
    this.subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === scheme) this.texts.delete(uri.toString());
      }),
    ];
  }

  async show(document: ShownDocument): Promise<void> {
    const uri = await this.keep(document);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  /** Shows what differs between two documents. https://code.visualstudio.com/api/references/commands `vscode.diff` */
  async showDiff(before: ShownDocument, after: ShownDocument, title: string): Promise<void> {
    const [left, right] = [await this.keep(before), await this.keep(after)];
    await vscode.commands.executeCommand('vscode.diff', left, right, title, { preview: true });
  }

  /** Makes a document that others can open, until it is closed. */
  async keep({ name, id, text }: ShownDocument): Promise<vscode.Uri> {
    const uri = vscode.Uri.from({ scheme, path: `/${id}/${titleOf(name)}` });
    this.texts.set(uri.toString(), await escapeUnseen(text));
    return uri;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
