import { randomBytes } from 'node:crypto';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { language } from '../../core/locale';
import { plainText } from '../../core/plainText';
import { pause } from '../../core/pause';
import { cleanPage, cleanRows, withoutRows } from './cleanPage';
import type { FromView, Page, Table, ToView, Words } from './pageModel';
import type { PageSource } from './pageSource';
import { pageType } from './pageType';
import { isWebAddress } from './webAddress';

/** Where what is copied or followed goes. `browse` asks the user. */
interface Outside {
  readonly copy: (text: string) => Promise<void>;
  readonly browse: (url: URL) => Promise<void>;
}

/** Rows of a table that are sent at a time. */
const rowsAtATime = 2000;

/** The tabs that show pages. A page is drawn in a web view that loads nothing but its own script, style and font. */
export class Pages implements vscode.Disposable {
  private readonly tabs = new Map<string, Tab>();

  /** `redact`: removes secrets. */
  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly redact: (text: string) => string,
    private readonly outside: Outside,
  ) {}

  /** Shows the page in its tab, if it has one, or else in a new one. */
  open(source: PageSource): void {
    const tab = this.tabs.get(source.key);
    if (tab !== undefined) {
      tab.show(source);
      return;
    }
    const panel = vscode.window.createWebviewPanel(pageType, plainText(source.title), vscode.ViewColumn.Active, {
      enableFindWidget: true,
    });
    this.adopt(panel, source);
  }

  /** Shows the page in a tab of before a reload. */
  adopt(panel: vscode.WebviewPanel, source: PageSource): void {
    const root = vscode.Uri.joinPath(this.extensionUri, 'dist', 'page');
    panel.webview.options = { enableScripts: true, localResourceRoots: [root] };
    const iconIn = (theme: string) => vscode.Uri.joinPath(this.extensionUri, 'resources', `image-${theme}.svg`);
    panel.iconPath = { light: iconIn('light'), dark: iconIn('dark') };
    const tab = new Tab(panel, source, this.redact, this.outside);
    this.tabs.set(source.key, tab);
    panel.onDidDispose(() => {
      tab.stop();
      this.tabs.delete(source.key);
    });
    panel.webview.html = htmlOf(panel.webview, root);
  }

  dispose(): void {
    for (const tab of this.tabs.values()) tab.stop();
  }
}

class Tab {
  private drawn: Page | undefined;
  private loading = new AbortController();
  private hasView = false;
  /** The rows of tables that the web view has. */
  private readonly sent = new Map<string, Table['rows']>();

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private source: PageSource,
    private readonly redact: (text: string) => string,
    private readonly outside: Outside,
  ) {
    panel.webview.onDidReceiveMessage((message: FromView) => {
      void this.receive(message);
    });
    void this.load();
  }

  show(source: PageSource): void {
    this.source = source;
    this.panel.title = plainText(source.title);
    this.panel.reveal();
    void this.load();
  }

  stop(): void {
    this.loading.abort();
  }

  private async load(): Promise<void> {
    this.loading.abort();
    this.loading = new AbortController();
    const { signal } = this.loading;
    const draw = (page: Page) => {
      if (!signal.aborted) this.draw(page);
    };
    await this.source.load(draw, signal);
  }

  private draw(page: Page): void {
    this.drawn = page;
    this.send();
  }

  private send(): void {
    if (!this.hasView || this.drawn === undefined) return;
    const { page, rows } = withoutRows(this.drawn);
    const kind: ToView['kind'] = 'page';
    void this.panel.webview.postMessage({ kind, page: cleanPage(page, this.redact), words: words() });
    this.post({ kind: 'remember', state: this.source.remembered() });
    for (const [table, own] of rows) {
      if (this.sent.get(table) === own) continue;
      this.sent.set(table, own);
      void this.sendRows(table, own);
    }
  }

  /** In parts, so that tens of thousands stop nothing. */
  private async sendRows(table: string, all: Table['rows']): Promise<void> {
    for (let at = 0; at === 0 || at < all.length; at += rowsAtATime) {
      if (this.sent.get(table) !== all) return;
      this.post({ kind: 'rows', table, at, rows: cleanRows(all.slice(at, at + rowsAtATime), this.redact) });
      await pause();
    }
  }

  private post(message: ToView): void {
    void this.panel.webview.postMessage(message);
  }

  private async receive(message: FromView): Promise<void> {
    switch (message.kind) {
      // Also after the tab was in the background: VS Code throws its content away.
      case 'ready':
        this.hasView = true;
        this.sent.clear();
        this.send();
        return;
      case 'action':
        await (message.id === 'reload' ? this.load() : this.source.act(message.id));
        return;
      case 'choose':
        this.source.choose(message.value);
        await this.load();
        return;
      case 'copy':
        await this.outside.copy(message.text);
        return;
      case 'open':
        if (isWebAddress(message.link)) await this.outside.browse(new URL(message.link));
        return;
    }
  }
}

function words(): Words {
  return {
    language: language(),
    copy: t('Copy'),
    copied: t('Copied'),
    largest: t('the largest'),
    added: t('added'),
    removed: t('removed'),
    loading: t('Reading…'),
    more: t('Show More'),
    ofRows: t('{0} of {1} are shown'),
    noRows: t('Nothing matches.'),
  };
}

/** https://code.visualstudio.com/api/extension-guides/webview#content-security-policy */
function htmlOf(webview: vscode.Webview, root: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const uri = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${language()}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Registry Explorer</title>
<link rel="stylesheet" id="vscode-codicon-stylesheet" href="${uri('codicon.css')}">
<link rel="stylesheet" href="${uri('page.css')}">
</head>
<body><script type="module" nonce="${nonce}" src="${uri('page.js')}"></script></body>
</html>`;
}
