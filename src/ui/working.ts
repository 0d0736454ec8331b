import * as vscode from 'vscode';

export type Progress = (message: string) => void;

/** Runs a task under a notification with Cancel, which aborts the signal; whatever the task throws rises. */
export type Working = <T>(title: string, task: (progress: Progress, signal: AbortSignal) => Promise<T>) => Promise<T>;

export const working: Working = async (title, task) =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const controller = new AbortController();
      const subscription = token.onCancellationRequested(() => {
        controller.abort();
      });
      try {
        return await task((message) => {
          progress.report({ message });
        }, controller.signal);
      } finally {
        subscription.dispose();
      }
    },
  );
