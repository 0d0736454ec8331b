import type { Platform } from './model';

/** `linux/arm64`, `linux/arm/v7`. */
export function printPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}
