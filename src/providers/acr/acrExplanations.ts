import { t } from '@vscode/l10n';
import { Failure, isUnreached, withDetail } from '../../core/failure';
import type { FailureDetail } from '../../core/failure';

/** How access to a registry is granted. */
export interface Terms {
  /**
   * Where an Entra account gets its rights: from roles on the registry (`roles`), from roles on repositories, or from one of them if it
   * is not known which (`either`). `unknown`: no Entra account signs in.
   */
  readonly rights: 'roles' | 'repositories' | 'either' | 'unknown';
  /** Only private endpoints can reach it. */
  readonly isPrivate: boolean;
}

/** Explains a refusal of Azure's registries and says what to do, because the service's words do not. `asked`: what was being read. */
export function explain(error: unknown, terms: Terms, asked: 'catalog' | 'repository'): unknown {
  if (!(error instanceof Failure) || error.detail.speaker !== undefined || error.detail.explanation !== undefined)
    return error;
  // Roles apply to the whole registry: an account that may not list it may not read it either.
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
  // A registry without public access refuses with the same words as a firewall, which name the client's address, or does not answer.
  const isAddressRefused = /client with IP/i.test(message);
  if (
    (isPrivate && (isAddressRefused || isUnreached(failure))) ||
    /public (network )?access|private (endpoint|link)/i.test(message)
  )
    return inPortal(t('the registry allows private endpoints only; connect to its network, for example by VPN'));
  if (isAddressRefused)
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

/** An explanation with a link to the registry's page in the portal, which leads to Networking, Access control and deleted images. */
function inPortal(explanation: string): Meaning {
  return { explanation, nextStep: 'openInPortal' };
}
