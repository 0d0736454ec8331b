/** Stands in the bundle for what Microsoft's tools for extensions report home with: it sends nothing, to nobody. */
export class TelemetryReporter {
  readonly sendTelemetryEvent = (): void => undefined;
  readonly sendTelemetryErrorEvent = (): void => undefined;
  readonly dispose = (): Promise<void> => Promise.resolve();
}
