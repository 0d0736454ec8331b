import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Pki } from './pki';

/** Lets this process trust a sandbox's own authority, as NODE_EXTRA_CA_CERTS does for one that is yet to start. */
export function trust({ ca }: Pki): void {
  setDefaultCACertificates([...getCACertificates('default'), ca.cert]);
}
