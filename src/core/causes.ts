import { Failure } from './failure';

/** The chain of causes for the log, one per line, at most eight. */
export function causes(error: unknown): string {
  const lines: string[] = [];
  for (
    let current = error;
    current !== undefined && lines.length < 8;
    current = current instanceof Error ? current.cause : undefined
  ) {
    const kind =
      current instanceof Failure
        ? `${current.kind} (${current.detail.subject})`
        : current instanceof Error
          ? current.name
          : 'Error';
    const own =
      current instanceof Error && !(current instanceof Failure) && lines.length === 0 ? `\n${current.stack ?? ''}` : '';
    lines.push(`${kind}: ${current instanceof Error ? current.message : 'not an Error'}${own}`);
  }
  return lines.join('\n  caused by ');
}
