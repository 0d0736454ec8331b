import * as vscode from 'vscode';
import type { ConnectionStore } from '../registries/connectionStore';

/** How long VS Code takes, at most, to bring the state of one window to another. */
const arrivesWithinMs = 2000;

/** Lets the connections notice what another window has changed when the user comes to this one. */
export function followOtherWindows(connections: Pick<ConnectionStore, 'noticeOthers'>): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const subscription = vscode.window.onDidChangeWindowState(({ focused }) => {
    clearTimeout(timer);
    if (!focused) return;
    connections.noticeOthers();
    // What was changed just before may still be on its way.
    timer = setTimeout(() => {
      connections.noticeOthers();
    }, arrivesWithinMs);
  });
  return new vscode.Disposable(() => {
    clearTimeout(timer);
    subscription.dispose();
  });
}
