import { vi } from 'vitest';

/** Waits until the check passes: as long as it takes on a loaded machine, and no longer than a test may. */
export function eventually(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 60_000 });
}
