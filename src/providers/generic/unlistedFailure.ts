import { t } from '@vscode/l10n';
import { emptyList, Failure } from '../../core/failure';
import type { Vendor } from './vendors';

/** The failure if a registry answers but lists no repositories, with what to do. `refusal`: its refusal to list, if there was one. */
export function unlistedFailure(vendor: Vendor, { message, detail }: Failure, refusal?: unknown): Failure {
  const isEmpty = detail.code === emptyList && vendor.listsNothing !== true;
  const explanation = isEmpty ? explainEmptyList() : (vendor.unlisted?.() ?? explainRefusal(refusal));
  return new Failure('unlisted', message, { ...detail, explanation });
}

function explainEmptyList(): string {
  return t('the registry lists no repositories: it is empty, or does not show them to you; add those you know by name');
}

function explainRefusal(refusal: unknown): string {
  const hasNone = refusal instanceof Failure && (refusal.kind === 'notFound' || refusal.kind === 'unsupported');
  return hasNone
    ? t('the registry has no list of its repositories; add those you know by name')
    : t('the registry does not list its repositories to you; add those you know by name');
}
