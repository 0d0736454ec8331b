import { readFileSync } from 'node:fs';
import { digestOf, type Blob } from '../../sandbox/blob';
import { mediaTypes, type BuiltManifest } from '../../sandbox/images';

export const schema1Type = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

/** A file of a real registry, byte for byte; fixtures/README.md tells where each is from. */
export function fixture(name: string): Buffer {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url));
}

/** A recorded manifest, as a registry of the sandbox serves it. */
export function recorded(name: string, mediaType: string, blobs: readonly Blob[] = []): BuiltManifest {
  const bytes = fixture(`${name}.manifest`);
  return { bytes, digest: digestOf(bytes), mediaType, blobs, children: [], layersSize: 0 };
}

/** The config that `oci-image` names. */
export function httpdConfig(): Blob {
  const bytes = fixture('httpd.config');
  return { bytes, digest: digestOf(bytes), mediaType: mediaTypes.ociConfig };
}
