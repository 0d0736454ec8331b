import type { Credential } from '../../../src/core/model';
import { ghcr } from '../../../src/providers/ghcr/ghcrType';
import type { ProviderContext, RegistryProvider } from '../../../src/providers/provider';
import type { SandboxGitHub } from '../../sandbox/github/github';
import { contextOf } from '../providerContext';

/** A provider for a running GitHub. */
export function openAt(
  gitHub: Pick<SandboxGitHub, 'url' | 'registryUrl'>,
  credential: Credential,
  parts: Partial<ProviderContext> = {},
): RegistryProvider {
  const account = credential.kind === 'basic' ? credential.username : 'octocat';
  const connection = {
    id: 'gh',
    provider: 'ghcr',
    label: 'GitHub',
    url: 'https://github.com',
    signIn: { kind: 'basic', account },
  } as const;
  const settings: Readonly<Record<string, string>> = {
    'github.apiUrl': gitHub.url,
    'github.registryUrl': gitHub.registryUrl,
  };
  return ghcr.open(connection, contextOf(credential, { setting: (name) => settings[name] ?? '', ...parts }));
}
