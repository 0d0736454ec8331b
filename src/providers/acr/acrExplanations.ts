import { t } from '@vscode/l10n';
import { Failure, isUnreached, withDetail } from '../../core/failure';
import type { FailureDetail } from '../../core/failure';

/** How access to a registry is given. */
export interface Terms {
  /**
   * Where an Entra account has its rights: by roles on the registry, by roles on repositories, or either of them if that was not
   * told; `unknown` without such an account.
   */
  readonly rights: 'roles' | 'repositories' | 'either' | 'unknown';
  /** It can be reached through private endpoints only. */
  readonly isPrivate: boolean;
}

/** What refusals of Azure's registries mean, and what to do: the service's words alone do not tell. `asked`: what was to be read. */
export function explain(error: unknown, terms: Terms, asked: 'catalog' | 'repository'): unknown {
  if (!(error instanceof Failure) || error.detail.speaker !== undefined || error.detail.explanation !== undefined)
    return error;
  // Roles hold for the whole registry: an account that may not list it may not read it either.
  if (error.kind === 'unlisted' && terms.rights === 'roles') return explain(error.cause, terms, asked);
  const meaning = meaningOf(error, terms, asked);
  return meaning === undefined ? error : withDetail(error, meaning);
}

type Meaning = Required<Pick<FailureDetail, 'explanation' | 'nextStep'>>;

function meaningOf(
  failure: Failure,
  { rights, isPrivate }: Terms,
  asked: 'catalog' | 'repository',
): Meaning | undefined {
  const {
    kind,
    message,
    detail: { code },
  } = failure;
  // https://learn.microsoft.com/en-us/azure/container-registry/container-registry-troubleshoot-access
  // A registry without public access names the address in its refusal as a firewall does, or nothing answers outside its network.
  const isKeptOut = /client with IP/i.test(message);
  if (
    (isPrivate && (isKeptOut || isUnreached(failure))) ||
    /public (network )?access|private (endpoint|link)/i.test(message)
  )
    return inPortal(t('the registry allows private endpoints only; connect to its network, for example by VPN'));
  if (isKeptOut)
    return inPortal(
      t('the firewall of the registry blocks this machine; Networking in the portal shows who is allowed'),
    );
  // https://learn.microsoft.com/en-us/azure/container-registry/container-registry-soft-delete-policy
  if (kind === 'notFound' && code === 'MANIFEST_UNKNOWN')
    return inPortal(
      t(
        'it does not exist, or no longer exists; where soft delete is on, “az acr manifest list-deleted” may list it and “az acr manifest restore” restores it',
      ),
    );
  if (kind === 'unlisted' && rights === 'unknown')
    return {
      explanation: t('the registry does not list its repositories to you; add those you know by name'),
      nextStep: 'addRepository',
    };
  if (rights === 'unknown' || !['unauthorized', 'forbidden', 'unlisted'].includes(kind)) return undefined;
  // https://learn.microsoft.com/en-us/azure/container-registry/container-registry-rbac-abac-repository-permissions
  if (rights === 'roles')
    return inPortal(t('your account may not read this registry; it needs the role AcrPull or Reader to list and pull'));
  if (asked === 'repository') return inPortal(readerMissing(rights));
  return { explanation: listerMissing(rights), nextStep: 'addRepository' };
}

function readerMissing(rights: 'repositories' | 'either'): string {
  return rights === 'repositories'
    ? t('your account may not read this repository; it needs the role “Container Registry Repository Reader”')
    : t(
        'your account may not read this repository; it needs the role AcrPull, or “Container Registry Repository Reader” where rights are given by repository',
      );
}

function listerMissing(rights: 'repositories' | 'either'): string {
  return rights === 'repositories'
    ? t(
        'your account may not list repositories here; it needs the role “Container Registry Repository Catalog Lister”. Without it you can add repositories by name',
      )
    : t(
        'your account may not list repositories here; it needs the role AcrPull, or “Container Registry Repository Catalog Lister” where rights are given by repository. Without it you can add repositories by name',
      );
}

/** Its page in the portal leads to Networking, Access control and what was deleted. */
function inPortal(explanation: string): Meaning {
  return { explanation, nextStep: 'openInPortal' };
}
