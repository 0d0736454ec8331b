import type { Credential } from '../../src/core/model';
import type { ProviderContext } from '../../src/providers/provider';
import { collectLog } from './collectLog';

/** What a provider is opened with, for this credential; no setting says anything. `parts` replaces any of it. */
export function contextOf(credential: Credential, parts: Partial<ProviderContext> = {}): ProviderContext {
  return {
    credential: () => Promise.resolve(credential),
    namespaces: () => [],
    setting: () => '',
    log: collectLog(),
    ...parts,
  };
}
