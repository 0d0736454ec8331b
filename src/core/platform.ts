import { defined } from './defined';
import type { Platform } from './model';

/** `linux/arm64`, `linux/arm/v7`. */
export function printPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

/** Variants that are meant where none is named. */
const usualVariants: ReadonlyMap<string, string> = new Map([
  ['arm64', 'v8'],
  ['arm', 'v7'],
  ['amd64', 'v1'],
]);

/**
 * The same text for platforms that mean the same: `linux/arm64/v8` is `linux/arm64`. Of Windows' version only the build counts: an
 * update of a month stays the same platform.
 * https://github.com/containerd/platforms/blob/v0.2.1/database.go
 * https://learn.microsoft.com/en-us/virtualization/windowscontainers/deploy-containers/version-compatibility
 */
export function platformKey({ os, architecture, variant, osVersion }: Platform): string {
  const own = variant === usualVariants.get(architecture) ? undefined : variant;
  const build = osVersion?.split('.').slice(0, 3).join('.');
  const platform = printPlatform({ os, architecture, ...defined({ variant: own }) });
  return build === undefined ? platform : `${platform} ${build}`;
}
