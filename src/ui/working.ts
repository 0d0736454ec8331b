export type Progress = (message: string) => void;

/** Runs a task with a notification whose Cancel button aborts the signal. Errors of the task are thrown. */
export type Working = <T>(title: string, task: (progress: Progress, signal: AbortSignal) => Promise<T>) => Promise<T>;
