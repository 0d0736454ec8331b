import { t } from '@vscode/l10n';
import { plural } from '../core/locale';
import type { Proof, Verdict } from '../images/proofs/proof';
import type { Provenance } from '../images/proofs/provenance';

/** What a proof says, in words. */

/** Three states: verified and by whom, present and why not verified, invalid and why. */
export function verdictWords(verdict: Verdict): string {
  switch (verdict.state) {
    case 'verified': {
      const { by, isExpected } = verdict;
      const who = by.kind === 'key' ? t('with the key {0}', by.name) : t('by {0}', by.identity);
      return isExpected ? t('verified, signed {0}', who) : t('signed {0}', who);
    }
    case 'present':
      return t('not verified: {0}', verdict.why);
    case 'invalid':
      return t('invalid: {0}', verdict.why);
  }
}

/** `github.com/acme/web at 1a2b3c4`: where it was built from. */
export function sourceWords({ repository, commit }: Provenance): string | undefined {
  if (repository === undefined) return undefined;
  const place = repository.replace(/^https?:\/\//, '');
  return commit === undefined ? place : t('{0} at {1}', place, commit.slice(0, 12));
}

/** The verdict, and what the proof says in short. */
export function proofWords({ verdict, provenance, sbom }: Proof): readonly string[] {
  const source = provenance === undefined ? undefined : sourceWords(provenance);
  return [
    verdictWords(verdict),
    ...(source === undefined ? [] : [source]),
    ...(sbom === undefined ? [] : [plural(sbom.count, t('{0} package | {0} packages'))]),
  ];
}
