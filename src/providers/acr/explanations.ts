import { t } from '@vscode/l10n';
import { Failure, withDetail } from '../../core/failure';

/** On what terms a registry is used. */
export interface Terms {
  /** What gives an account its rights: roles on the registry, or on its repositories; unknown without an account of Entra. */
  readonly rights: 'roles' | 'repositories' | 'unknown';
  /** It lets in private endpoints only. */
  readonly isPrivate: boolean;
}

/** What refusals of Azure's registries mean, and what to do: the service's words alone do not tell. `asked`: what was to be read. */
export function explained(error: unknown, terms: Terms, asked: 'catalog' | 'repository'): unknown {
  if (!(error instanceof Failure) || error.detail.speaker !== undefined || error.detail.explanation !== undefined)
    return error;
  // Roles hold for the whole registry: whoever may not list it may not read it either.
  if (error.kind === 'unlisted' && terms.rights === 'roles') return explained(error.cause, terms, asked);
  const explanation = explanationOf(error, terms, asked);
  return explanation === undefined ? error : withDetail(error, { explanation });
}

function explanationOf(
  { kind, message, detail: { code } }: Failure,
  { rights, isPrivate }: Terms,
  asked: 'catalog' | 'repository',
): string | undefined {
  // https://learn.microsoft.com/en-us/azure/container-registry/container-registry-troubleshoot-access
  if (/client with IP/i.test(message))
    return t('the firewall of the registry does not let this machine in; Networking in the portal lists who may');
  if (isPrivate || /public (network )?access|private (endpoint|link)/i.test(message))
    return t('the registry lets in private endpoints only; connect to its network, such as by VPN');
  // https://learn.microsoft.com/en-us/azure/container-registry/container-registry-soft-delete-policy
  if (kind === 'notFound' && code === 'MANIFEST_UNKNOWN')
    return t(
      'it is not there (any more); where soft delete is on, “az acr manifest list-deleted” may list it and “az acr manifest restore” brings it back',
    );
  if (kind === 'unlisted' && rights === 'unknown')
    return t('the registry does not list its repositories to you; add those you know by name');
  if (rights === 'unknown' || !['unauthorized', 'forbidden', 'unlisted'].includes(kind)) return undefined;
  // https://learn.microsoft.com/en-us/azure/container-registry/container-registry-rbac-abac-repository-permissions
  if (rights === 'roles')
    return t('the account has no right to it there; the roles AcrPull or Reader let it list and pull');
  return asked === 'catalog'
    ? t(
        'its rights go by repository, so listing needs the role “Container Registry Repository Catalog Lister”; without it, add repositories by name',
      )
    : t('its rights go by repository; the role “Container Registry Repository Reader” lets the account read this one');
}
