import { t } from '@vscode/l10n';
import { plural } from '../../core/locale';
import type { Attachment } from '../../core/model';
import { commitPage } from '../../images/commitsBetween';
import type { Proof, Verdict } from '../../images/proofs/proof';
import type { Provenance } from '../../images/proofs/provenance';
import type { Sbom, SbomSummary } from '../../images/proofs/sbom';
import { proofWords, sourceWords, verdictWords } from '../proofWords';
import { report } from '../report';
import { count, moment } from '../words';
import { fact, textOrLink } from './imageSections';
import type { Block, Fact, Line, Section, Table, Tone, Value } from './pageModel';

/** What the page knows of what describes an image. */
export interface Described {
  /** Absent while they are being listed. */
  readonly attachments?: readonly Attachment[];
  /** Why the list may be incomplete. */
  readonly failures: readonly unknown[];
  /** Absent while they are being read. */
  readonly proofs?: readonly Proof[];
  /** Attachments that were left out. */
  readonly unread: number;
  /** Why nothing is verified. */
  readonly unverifiable?: unknown;
  /** Until when the trust root that is shipped was meant to be used. */
  readonly rootExpires?: Date;
}

/** The signatures, attestations and SBOMs of an image. Ids of actions: `proof N`, `packages N`, `attachment N`, `trustSettings`. */
export function proofSections(described: Described): readonly Section[] {
  const { attachments, proofs, failures, unread } = described;
  const section = { id: 'proofs', title: t('Signatures and Proofs') };
  if (attachments === undefined) return [{ ...section, isLoading: true, blocks: [] }];
  const notes = failures.flatMap((failure): Block[] => {
    const text = report(failure, t('list what describes the image'))?.message;
    return text === undefined ? [] : [{ kind: 'note', tone: 'warning', text }];
  });
  if (attachments.length === 0) {
    const none = t('The registry has no signature, provenance or SBOM of this image.');
    const blocks: Block[] = notes.length > 0 ? notes : [{ kind: 'note', tone: 'quiet', text: none }];
    return [{ ...section, blocks }];
  }
  if (proofs === undefined) return [{ ...section, isLoading: true, blocks: notes }];
  const lines = proofs.map(proofLine);
  const cut = plural(unread, t('{0} more is not read. | {0} more are not read.'));
  return [
    {
      ...section,
      blocks: [
        ...trustNotes(described, proofs),
        ...(lines.length > 0 ? [{ kind: 'lines' as const, lines }] : []),
        ...(unread > 0 ? [{ kind: 'note' as const, tone: 'quiet' as const, text: cut }] : []),
        ...notes,
      ],
    },
  ];
}

/** Who has signed the image, and what it was built from: the short answer, with how sure it is. */
export function trustFacts(proofs: readonly Proof[]): readonly Fact[] {
  const signed = proofs.filter(({ type, verdict }) => type === 'signature' || verdict.state === 'verified');
  const verdicts = new Map(signed.map(({ verdict }) => [JSON.stringify(verdict), verdict]));
  const built = proofs.flatMap(({ provenance, verdict }) => {
    const text = provenance === undefined ? undefined : sourceWords(provenance);
    return text === undefined || provenance === undefined ? [] : { text, provenance, verdict };
  });
  const [best] = [...built].sort((one, other) => sureness(other.verdict) - sureness(one.verdict));
  return [
    ...fact(t('Signature'), ...[...verdicts.values()].slice(0, mostSigners).map(verdictValue)).map((signature) => ({
      ...signature,
      isAnswer: true,
    })),
    ...fact(t('Built from'), best && builtValue(best)),
  ];
}

/** Signers that are told at once. */
const mostSigners = 5;

function sureness({ state }: Verdict): number {
  return ['invalid', 'present', 'verified'].indexOf(state);
}

function builtValue({
  text,
  provenance: { repository, commit },
  verdict,
}: {
  readonly text: string;
  readonly provenance: Provenance;
  readonly verdict: Verdict;
}): Value {
  const page = repository === undefined || commit === undefined ? undefined : commitPage({ repository, commit });
  const link = page === undefined ? {} : { link: page };
  switch (verdict.state) {
    case 'verified':
      return { text, ...link };
    case 'present':
      return { text: t('{0} (it says so, unsigned or not verified)', text), tone: 'quiet', ...link };
    case 'invalid':
      return { text: t('{0} (its proof is invalid)', text), tone: 'bad' };
  }
}

/** What the reader has to know to read the verdicts. */
function trustNotes({ unverifiable, rootExpires }: Described, proofs: readonly Proof[]): readonly Block[] {
  const settings = [{ id: 'trustSettings', label: t('Open Settings'), icon: 'settings-gear' }];
  if (unverifiable !== undefined) {
    const text = report(unverifiable, t('verify signatures'))?.message ?? '';
    return [{ kind: 'note', tone: 'warning', text, actions: settings }];
  }
  const byAnybody = proofs.some(
    ({ verdict }) => verdict.state === 'verified' && verdict.by.kind === 'certificate' && !verdict.isExpected,
  );
  if (!byAnybody) return [];
  const age =
    rootExpires !== undefined && rootExpires.getTime() < Date.now()
      ? ` ${t('The list of authorities that comes with this extension was meant to be used until {0}.', moment(rootExpires))}`
      : '';
  const text = t(
    'These signatures are genuine, but anybody can get such a certificate. See who has signed, or name whom you expect.',
  );
  return [{ kind: 'note', tone: 'quiet', text: `${text}${age}`, actions: settings }];
}

function proofLine(proof: Proof, at: number): Line {
  const { type, label, verdict, sbom, provenance } = proof;
  const icons: Partial<Record<Proof['type'], string>> = {
    signature: 'verified',
    sbom: 'list-tree',
    artifact: 'package',
  };
  return {
    icon: icons[type] ?? 'shield',
    text: { text: label },
    detail: [
      verdictValue(verdict),
      ...proofWords(proof)
        .slice(1)
        .map((text) => ({ text, tone: 'quiet' as const })),
    ],
    facts: [
      ...whoFacts(proof),
      ...(provenance === undefined ? [] : provenanceFacts(provenance)),
      ...(sbom === undefined ? [] : sbomFacts(sbom, at)),
      ...fact(t('Content'), { text: t('Open as JSON'), action: `proof ${at}` }),
    ],
  };
}

/** The verdict in words, with colour and icon. */
function verdictValue(verdict: Verdict): Value {
  const text = verdictWords(verdict);
  switch (verdict.state) {
    case 'verified':
      return verdict.isExpected ? { text, tone: 'good' } : { text };
    case 'present':
      return { text, tone: 'quiet' };
    case 'invalid':
      return { text, tone: 'bad' };
  }
}

function whoFacts({ verdict, claimedSigner, signedAt, predicateType, failure }: Proof): readonly Fact[] {
  const signer = verdict.state === 'verified' ? verdict.by : undefined;
  const claimed = verdict.state === 'verified' ? undefined : claimedSigner;
  const tone: Tone = 'quiet';
  return [
    ...(signer?.kind === 'certificate'
      ? [...fact(t('Signed by'), textOrLink(signer.identity)), ...fact(t('Signed in by'), textOrLink(signer.issuer))]
      : []),
    ...(signer?.kind === 'key'
      ? [
          ...fact(t('Key'), { text: signer.name }),
          ...fact(t('Fingerprint'), { text: signer.fingerprint, isCode: true }),
        ]
      : []),
    ...(claimed === undefined
      ? []
      : fact(t('Says it is signed by'), { text: `${claimed.identity} (${claimed.issuer})`, tone })),
    ...fact(t('Signed at'), signedAt && { text: moment(signedAt) }),
    ...fact(t('Kind'), predicateType === undefined ? undefined : { text: predicateType, isCode: true }),
    ...fact(t('Problem'), failure && { text: report(failure, t('read it'))?.message ?? '', tone: 'warning' }),
  ];
}

function provenanceFacts(provenance: Provenance): readonly Fact[] {
  const { repository, commit, ref, entryPoint, builder, buildType, invocation, started, finished, materials } =
    provenance;
  const page = repository === undefined || commit === undefined ? undefined : commitPage({ repository, commit });
  const images = materials.filter(({ isImage }) => isImage);
  return [
    ...fact(t('Source'), repository === undefined ? undefined : textOrLink(repository)),
    ...fact(
      t('Commit'),
      commit === undefined ? undefined : { text: commit, isCode: true, ...(page === undefined ? {} : { link: page }) },
    ),
    ...fact(t('Branch or tag'), ref === undefined ? undefined : { text: ref }),
    ...fact(t('Workflow or file'), entryPoint === undefined ? undefined : { text: entryPoint }),
    ...fact(t('Builder'), builder === undefined ? undefined : textOrLink(builder)),
    ...fact(t('Kind of build'), buildType === undefined ? undefined : textOrLink(buildType)),
    ...fact(t('Build'), invocation === undefined ? undefined : textOrLink(invocation)),
    ...fact(t('Started'), started && { text: moment(started) }),
    ...fact(t('Finished'), finished && { text: moment(finished) }),
    ...fact(
      t('Built from images'),
      ...images.map(({ uri, digest }) => ({ text: [uri, digest].filter(Boolean).join(' ') })),
    ),
  ];
}

function sbomFacts({ format, count: packages, isCut, created, tools }: SbomSummary, at: number): readonly Fact[] {
  const all = plural(packages, t('{0} package | {0} packages'));
  return [
    ...fact(t('Packages'), { text: isCut ? t('the first {0}', all) : all, action: `packages ${at}` }),
    ...fact(t('Format'), { text: format }),
    ...fact(t('Created'), created && { text: moment(created) }),
    ...fact(t('Made by'), ...tools.map((text) => ({ text }))),
  ];
}

/** The packages of an SBOM, to be searched. */
export function packageTable({ packages, summary }: Sbom): Table {
  const rows = packages.map(({ name, version = '', type = '', license = '' }) => [name, version, type, license]);
  return {
    kind: 'table',
    label: t('Packages in {0}', summary.format),
    columns: [t('Name'), t('Version'), t('Type'), t('Licence')],
    rows,
    filter: t('Filter {0} packages', count(rows.length)),
  };
}
