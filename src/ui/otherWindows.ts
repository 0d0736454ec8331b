import * as vscode from 'vscode';
import type { ConnectionStore } from '../registries/connectionStore';

/** How often is looked: VS Code brings the state of one window to another, but tells no extension. */
const lookEveryMs = 2000;

/** Lets the connections notice what another window has changed: when the user comes to this one, and while the user is here. */
export function followOtherWindows(connections: Pick<ConnectionStore, 'noticeOthers'>): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const follow = ({ focused }: vscode.WindowState) => {
    clearInterval(timer);
    if (!focused) return;
    connections.noticeOthers();
    timer = setInterval(() => {
      connections.noticeOthers();
    }, lookEveryMs);
  };
  follow(vscode.window.state);
  const subscription = vscode.window.onDidChangeWindowState(follow);
  return new vscode.Disposable(() => {
    clearInterval(timer);
    subscription.dispose();
  });
}
