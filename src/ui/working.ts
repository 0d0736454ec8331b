export type Progress = (message: string) => void;

/** Runs a task under a notification with Cancel, which aborts the signal; whatever the task throws rises. */
export type Working = <T>(title: string, task: (progress: Progress, signal: AbortSignal) => Promise<T>) => Promise<T>;
