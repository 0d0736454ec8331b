import * as vscode from 'vscode';
import { pause } from '../core/pause';
import { plainText, withEscapes } from '../core/plainText';

export interface ShownDocument {
  /** What the tab says: `api@1.4 manifest.json`. Its ending decides the colours. */
  readonly name: string;
  /** What tells it from another of that name: a digest. */
  readonly id: string;
  readonly text: string;
}

/** A tab has one line, and a path would lead to another tab. */
function titleOf(name: string): string {
  return plainText(name).replaceAll(/[\\/]/g, '-');
}

/** Characters that are looked at before others get their turn. */
const slice = 256 * 1024;

/** What nobody sees is written out, whoever made the document. */
async function escapeUnseen(text: string): Promise<string> {
  if (text.length <= slice) return withEscapes(text);
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    // Not between the halves of a character.
    const end = at + slice + (/[\ud800-\udbff]/.test(text.charAt(at + slice - 1)) ? 1 : 0);
    parts.push(withEscapes(text.slice(at, end)));
    at = end;
    await pause();
  }
  return parts.join('');
}

const scheme = 'registry-explorer';

/** Read-only documents, kept for as long as they are open. */
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

  async show({ name, id, text }: ShownDocument): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: `/${id}/${titleOf(name)}` });
    this.texts.set(uri.toString(), await escapeUnseen(text));
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
