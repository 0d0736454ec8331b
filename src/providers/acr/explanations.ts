import { t } from '@vscode/l10n';
import { Failure, withDetail } from '../../core/failure';

/** What gives an account its rights: roles on the registry, or on its repositories; unknown without an account of Entra. */
export type Rights = 'roles' | 'repositories' | 'unknown';

/** What refusals of Azure's registries mean, and what to do: the service's words alone do not tell. */
export function explained(error: unknown, rights: Rights): unknown {
  if (!(error instanceof Failure) || error.detail.speaker !== undefined) return error;
  const explanation = explanationOf(error, rights);
  return explanation === undefined ? error : withDetail(error, { explanation });
}

function explanationOf({ kind, message }: Failure, rights: Rights): string | undefined {
  // https://learn.microsoft.com/en-us/azure/container-registry/container-registry-troubleshoot-access
  if (/client with IP/i.test(message))
    return t('the firewall of the registry does not let this machine in; Networking in the portal lists who may');
  if (/public (network )?access|private (endpoint|link)/i.test(message))
    return t('the registry lets in private endpoints only; connect to its network, such as by VPN');
  if (rights === 'unknown' || (kind !== 'unauthorized' && kind !== 'forbidden')) return undefined;
  // https://learn.microsoft.com/en-us/azure/container-registry/container-registry-rbac-abac-repository-permissions
  return rights === 'repositories'
    ? t(
        'its rights go by repository, so listing needs the role “Container Registry Repository Catalog Lister”; without it, add repositories by name',
      )
    : t('the account has no right to it there; the roles AcrPull or Reader let it list and pull');
}
