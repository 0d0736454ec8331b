import prettyBytes from 'pretty-bytes';
import { t } from '@vscode/l10n';
import { printPlatform } from '../core/platform';
import type { Connection, ImageDetails, Platform } from '../core/model';
import type { ReferenceProblem } from '../core/reference';
import type { LocalImage, Transfer } from '../engine/engine';
import { language, plural } from '../core/locale';
import type { RowOrder } from '../images/tagOrder';
import type { FoundRepository } from '../providers/provider';

/** Formats numbers, sizes, ages and platforms, in the same way everywhere and in the language of our texts. */

const units = [
  ['year', 365 * 24 * 3600],
  ['month', 30 * 24 * 3600],
  ['week', 7 * 24 * 3600],
  ['day', 24 * 3600],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** `3 months ago`. */
export function age(date: Date, now = new Date(), style: 'long' | 'short' = 'long'): string {
  const seconds = (now.getTime() - date.getTime()) / 1000;
  if (seconds < 60) return t('just now');
  const [unit, length] = units.find(([, candidate]) => seconds >= candidate) ?? units[5];
  return new Intl.RelativeTimeFormat(language(), { numeric: 'always', style }).format(
    -Math.floor(seconds / length),
    unit,
  );
}

/** `3 mo. ago`, as VS Code shortens it: for a description with several facts. */
export function shortAge(date: Date): string {
  return age(date, new Date(), 'short');
}

/** `2026-01-02 03:04 UTC (2 days ago)`. */
export function moment(date: Date): string {
  return `${date.toISOString().replace('T', ' ').slice(0, 16)} UTC (${age(date)})`;
}

/** `in 45 seconds`, `in 20 minutes`: rounded up. */
export function wait(seconds: number): string {
  const [unit, length] = units.find(([, candidate]) => seconds >= 2 * candidate) ?? (['second', 1] as const);
  return new Intl.RelativeTimeFormat(language(), { numeric: 'always' }).format(Math.ceil(seconds / length), unit);
}

/** `45 MB`, `1.2 GB`: decimal units, as registries and engines use; a decimal place only for numbers below 10. */
export function size(bytes: number): string {
  const leading = bytes / 1000 ** Math.floor(Math.log10(Math.max(bytes, 1)) / 3);
  return prettyBytes(bytes, { locale: language(), maximumFractionDigits: leading < 10 ? 1 : 0 });
}

export function count(number: number): string {
  return number.toLocaleString(language());
}

/** The user name of a sign-in; undefined if it has none, or if it is not known. */
export function accountOf(signIn: Connection['signIn']): string | undefined {
  return 'account' in signIn ? signIn.account : undefined;
}

/** The account or login of a connection; nothing if it is anonymous or unknown. */
export function signedInAs({ signIn }: Pick<Connection, 'signIn'>): string | undefined {
  switch (signIn.kind) {
    case 'anonymous':
      return undefined;
    case 'docker':
      return signIn.user === undefined ? t('docker login') : t('{0} (docker login)', signIn.user);
    case 'cloudCli':
      return t('Azure CLI');
    case 'environment':
      return t('environment');
    case 'basic':
    case 'account':
    case 'application':
      return signIn.account;
  }
}

/** `amd64, arm64`; the operating system is shown only if it is not linux. */
export function platforms(list: readonly Platform[]): string {
  return [...new Set(list.map(shortPlatform))].join(', ');
}

function shortPlatform(platform: Platform): string {
  return platform.os === 'linux' ? printPlatform(platform).slice('linux/'.length) : printPlatform(platform);
}

/** `2 days ago · 45 MB · amd64, arm64`; a narrow view cuts the end. */
export function summary({
  created,
  updated = created,
  size: bytes,
  platforms: list,
  artifactType,
  isLocked,
}: ImageDetails): string {
  return [
    isLocked === true ? t('locked') : '',
    updated === undefined ? '' : shortAge(updated),
    bytes === undefined ? '' : size(bytes),
    artifactType === undefined ? platforms(list) : artifactName(artifactType),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** `3 mo. ago`, `45 MB`: the description of a local image. `ageOf`: how its age is written. */
export function localFacts({ created, size: bytes }: LocalImage, ageOf = shortAge): readonly string[] {
  return [...(created === undefined ? [] : [ageOf(created)]), size(bytes)];
}

/** `3 of 7 layers · 45 of 120 MB · 12 MB/s` */
export function describeTransfer({ layers, layersDone, bytes, bytesDone }: Transfer, bytesPerSecond: number): string {
  return [
    ...(layers === 0 ? [] : [plural(layers, t('{1} of {0} layer | {1} of {0} layers'), count(layersDone))]),
    ...(bytes === 0 ? [] : [t('{0} of {1}', size(bytesDone), size(bytes))]),
    ...(bytesPerSecond === 0 ? [] : [t('{0}/s', size(bytesPerSecond))]),
  ].join(' · ');
}

/** The problem with the name of an image, and how to correct it. */
export function referenceProblem(problem: ReferenceProblem, text: string): string {
  switch (problem) {
    case 'empty':
      return t('Type a name, such as registry.example.com/team/app:1.0.');
    case 'imageId':
      return t('This is the id of an image, not a name.');
    case 'upperCase':
      return t('Repository names are lower case: did you mean “{0}”?', lowerCased(text));
    case 'path':
      return t(
        'A repository name has letters, digits and slashes. Between them, it may have a single . or -, _ or __.',
      );
    case 'pathTooLong':
      return t('A repository name has at most 255 characters.');
    case 'host':
      return t('“{0}” is not the name of a registry.', text.split('/')[0] ?? '');
    case 'tag':
      return t('A tag has up to 128 letters, digits, . _ or -, and does not begin with . or -.');
    case 'digest':
      return t('A digest is sha256: and 64 hexadecimal digits.');
  }
}

/** The tag keeps its case, and so does the registry. */
function lowerCased(text: string): string {
  const slash = text.indexOf('/');
  const tag = /:[^/:]*$/.exec(text)?.[0] ?? '';
  const host = /[.:]/.test(text.slice(0, Math.max(slash, 0))) ? text.slice(0, slash) : '';
  return `${host}${text.slice(host.length, text.length - tag.length).toLowerCase()}${tag}`;
}

const artifactNames: readonly { readonly pattern: RegExp; readonly name: string }[] = [
  { pattern: /cncf\.helm/, name: 'Helm chart' },
  { pattern: /wasm/, name: 'WebAssembly' },
  { pattern: /spdx|cyclonedx|sbom/, name: 'SBOM' },
  { pattern: /cosign|sigstore|notary/, name: 'signature' },
];

export function artifactName(artifactType: string): string {
  return artifactNames.find(({ pattern }) => pattern.test(artifactType))?.name ?? artifactType;
}

/** `newest first`: an order of rows, in a description. */
export function orderName(order: RowOrder): string {
  switch (order) {
    case 'version':
      return t('highest version first');
    case 'versionReversed':
      return t('lowest version first');
    case 'newest':
      return t('newest first');
    case 'oldest':
      return t('oldest first');
    case 'name':
      return t('by name');
    case 'nameReversed':
      return t('by name, reversed');
    case 'largest':
      return t('largest first');
    case 'smallest':
      return t('smallest first');
  }
}

/** `official · 12 stars`: what a service tells of a public repository. */
export function foundFacts({ stars, pulls, isOfficial }: FoundRepository): readonly string[] {
  return [
    ...(isOfficial ? [t('official')] : []),
    ...(stars === undefined ? [] : [plural(stars, t('{0} star | {0} stars'))]),
    ...(pulls === undefined ? [] : [plural(pulls, t('{0} pull | {0} pulls'))]),
  ];
}
