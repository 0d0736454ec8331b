import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';

export type Progress = (message: string) => void;

/** Runs a task under a notification with Cancel, which aborts the signal; whatever the task throws rises. */
export type Working = <T>(title: string, task: (progress: Progress, signal: AbortSignal) => Promise<T>) => Promise<T>;

/** What ends sooner needs no notification: VS Code would leave it on screen long after. */
const quietMs = 700;

export const working: Working = async (title, task) => {
  const controller = new AbortController();
  let message: string | undefined;
  let report: Progress = (text) => {
    message = text;
  };
  const running = task((text) => {
    report(text);
  }, controller.signal);
  if (await isSettledWithin(running, quietMs)) return running;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    report = (text) => {
      progress.report({ message: text });
    };
    if (message !== undefined) report(message);
    const subscription = token.onCancellationRequested(() => {
      controller.abort();
    });
    try {
      return await running;
    } finally {
      subscription.dispose();
    }
  });
};

async function isSettledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, delay(ms, false, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}
