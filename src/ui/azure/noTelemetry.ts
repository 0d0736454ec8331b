/** Replaces, in the bundle, the telemetry module of Microsoft's tools for extensions: it sends nothing. */
export function createTelemetryReporter() {
  const nothing = (): void => undefined;
  return { sendTelemetryErrorEvent: nothing };
}
