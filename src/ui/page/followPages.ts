import * as vscode from 'vscode';
import type { App } from '../app';
import { pageType } from './pageType';

/** Fills the tabs that were open before a reload, each when it comes to the front. */
export function followPages(load: () => Promise<App>): vscode.Disposable {
  return vscode.window.registerWebviewPanelSerializer(pageType, {
    deserializeWebviewPanel: async (panel, state: unknown) => {
      const [app, { pageOf }] = await Promise.all([load(), import('./remembered')]);
      const page = await pageOf(app, state);
      if (page === undefined) panel.dispose();
      else app.openPage(page, panel);
    },
  });
}
