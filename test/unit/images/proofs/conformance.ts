import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPublicRoot } from '../../../../src/images/proofs/verify';
import type { Policy } from '../../../../src/images/proofs/verify';

const folder = join(import.meta.dirname, 'conformance');

/** Who has signed the bundles of the suite, where a case names no key. */
export const beacon = {
  kind: 'certificate',
  identity:
    'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main',
  issuer: 'https://token.actions.githubusercontent.com',
} as const;

/** A case of sigstore-conformance, with what its names in the suite stand for. */
export interface ConformanceCase {
  readonly bundle: Uint8Array;
  readonly artifact: Uint8Array;
  readonly policy: Policy;
  readonly trustedRoot: unknown;
}

export const caseNames: readonly string[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

export async function readCase(name: string): Promise<ConformanceCase> {
  const fileOf = (file: string) => join(folder, name, file);
  const own = (file: string) => (existsSync(fileOf(file)) ? readFileSync(fileOf(file)) : undefined);
  const key = own('key.pub');
  const root = own('trusted_root.json');
  return {
    bundle: readFileSync(fileOf('bundle.sigstore.json')),
    artifact: own('artifact') ?? readFileSync(join(folder, 'a.txt')),
    policy: key === undefined ? beacon : { kind: 'key', pem: key.toString('utf8') },
    trustedRoot: root === undefined ? (await readPublicRoot()).json : (JSON.parse(root.toString('utf8')) as unknown),
  };
}

/** The bundle of a case, to be changed. */
export function readBundle(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name, 'bundle.sigstore.json'), 'utf8'));
}
