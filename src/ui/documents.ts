import * as vscode from 'vscode';

export interface ShownDocument {
  /** What the tab says: `api@1.4 manifest.json`. Its ending decides the colours. */
  readonly name: string;
  /** What tells it from another of that name: a digest. */
  readonly id: string;
  readonly text: string;
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
    const uri = vscode.Uri.from({ scheme, path: `/${id}/${name}` });
    this.texts.set(uri.toString(), text);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
