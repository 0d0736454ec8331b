import { t } from '@vscode/l10n';
import { Failure } from '../../core/failure';
import type { Vendor } from './vendors';

/** Why a registry that answers lists nothing, and what can be done; `refusal`: its no to the list, where it said one. */
export function unlisted(vendor: Vendor, { message, detail }: Failure, refusal?: unknown): Failure {
  const hasNone = refusal instanceof Failure && (refusal.kind === 'notFound' || refusal.kind === 'unsupported');
  const explanation =
    vendor.unlisted?.() ??
    (hasNone
      ? t('the registry has no list of its repositories; add those you know by name')
      : t('the registry does not list its repositories to you; add those you know by name'));
  return new Failure('unlisted', message, { ...detail, explanation });
}
