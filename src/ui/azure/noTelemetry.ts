/** Stands in the bundle for what Microsoft's tools for extensions report home with: it sends nothing, to nobody. */
export function createTelemetryReporter() {
  const nothing = (): void => undefined;
  return { sendTelemetryErrorEvent: nothing };
}
