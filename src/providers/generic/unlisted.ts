import { t } from '@vscode/l10n';
import { Failure } from '../../core/failure';
import type { Vendor } from './vendors';

/** A refusal to list that may be about the list alone: V2 has none by right, and many registries keep theirs to themselves. */
export function isAboutTheList(error: unknown): error is Failure {
  return error instanceof Failure && ['unauthorized', 'forbidden', 'notFound', 'unsupported'].includes(error.kind);
}

/** Why a registry that answers lists nothing, and what can be done. */
export function unlisted(vendor: Vendor, { kind, message, detail }: Failure): Failure {
  const hasNone = kind === 'notFound' || kind === 'unsupported';
  const explanation =
    vendor.unlisted?.() ??
    (hasNone
      ? t('the registry has no list of its repositories; add those you know by name')
      : t('the registry does not list its repositories to you; add those you know by name'));
  return new Failure('unlisted', message, { ...detail, explanation });
}
