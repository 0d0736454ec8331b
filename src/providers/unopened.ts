import type { RegistryProvider } from './provider';

/** Stands for a registry that cannot be opened: asks nobody for anything, and says why. */
export function unopened(why: unknown): RegistryProvider {
  const refuse = () => Promise.reject(why instanceof Error ? why : new Error(String(why)));
  return {
    list: refuse,
    locate: () => undefined,
    hostOf: () => undefined,
    engineCredential: refuse,
    pushTargets: () => Promise.resolve([]),
  };
}
