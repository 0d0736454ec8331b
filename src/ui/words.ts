import prettyBytes from 'pretty-bytes';
import { t } from '@vscode/l10n';
import { printPlatform } from '../core/manifest';
import type { ImageDetails, Platform } from '../core/model';

/** How numbers, sizes, ages and platforms read, everywhere the same. */

const units = [
  ['year', 365 * 24 * 3600],
  ['month', 30 * 24 * 3600],
  ['week', 7 * 24 * 3600],
  ['day', 24 * 3600],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** `2 days ago`. */
export function age(date: Date, now = new Date()): string {
  const seconds = (now.getTime() - date.getTime()) / 1000;
  if (seconds < 60) return t('just now');
  const [unit, length] = units.find(([, candidate]) => seconds >= candidate) ?? units[5];
  return new Intl.RelativeTimeFormat('en', { numeric: 'always' }).format(-Math.floor(seconds / length), unit);
}

/** `45 MB`, `1.2 GB`: decimal, as registries and engines count; a second digit only where the first alone says little. */
export function size(bytes: number): string {
  const leading = bytes / 1000 ** Math.floor(Math.log10(Math.max(bytes, 1)) / 3);
  return prettyBytes(bytes, { maximumFractionDigits: leading < 10 ? 1 : 0 });
}

export function count(number: number): string {
  return number.toLocaleString('en');
}

/** `amd64, arm64`; the system is named only where it is not linux. */
export function platforms(list: readonly Platform[]): string {
  return [...new Set(list.map(shortPlatform))].join(', ');
}

function shortPlatform(platform: Platform): string {
  return platform.os === 'linux' ? printPlatform(platform).slice('linux/'.length) : printPlatform(platform);
}

/** `2 days ago · 45 MB · amd64, arm64` */
export function summary({ created, size: bytes, platforms: list, artifactType }: ImageDetails): string {
  return [
    created === undefined ? '' : age(created),
    bytes === undefined ? '' : size(bytes),
    artifactType === undefined ? platforms(list) : artifactName(artifactType),
  ]
    .filter((part) => part !== '')
    .join(' · ');
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
