import type { Platform } from '../core/model';

/** This machine's, in the words of images. */
export function ownPlatform(): Pick<Platform, 'os' | 'architecture'> {
  const { arch } = process;
  return { os: process.platform, architecture: arch === 'x64' ? 'amd64' : arch };
}
