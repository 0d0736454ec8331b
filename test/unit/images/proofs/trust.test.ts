import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readTrust } from '../../../../src/images/proofs/trust';
import type { TrustSettings } from '../../../../src/images/proofs/trust';
import { MiniSigstore } from '../../../sandbox/miniSigstore';

const { signal } = new AbortController();
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { trustedRoot } = new MiniSigstore();
const files: Readonly<Record<string, string>> = {
  '/keys/cosign.pub': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  '/keys/none.pub': 'no key',
  '/root.json': JSON.stringify(trustedRoot),
  '/other.json': '{}',
};
const readFile = (path: string) => {
  const content = files[path];
  return content === undefined
    ? Promise.reject(Object.assign(new Error(), { code: 'ENOENT' }))
    : Promise.resolve(Buffer.from(content));
};
const read = (settings: Partial<TrustSettings>) =>
  readTrust({ trustRoot: undefined, keys: undefined, identities: undefined, ...settings }, readFile, signal);

describe('settings', () => {
  it('that say nothing trust the public root, no key, and whoever is named', async () => {
    expect(await read({})).toEqual({ root: { kind: 'public' }, keys: [], identities: [] });
    expect(await read({ trustRoot: 'public', keys: [], identities: [] })).toEqual(await read({}));
  });

  it('may trust no root', async () => {
    expect(await read({ trustRoot: 'none' })).toEqual({ keys: [], identities: [] });
  });

  it('name files and people', async () => {
    const someone = { identity: 'me@a.test', issuer: 'https://login.test' };
    const { root, keys, identities } = await read({
      trustRoot: '/root.json',
      keys: ['/keys/cosign.pub'],
      identities: [someone],
    });
    expect(root).toEqual({ kind: 'file', path: '/root.json', json: trustedRoot });
    expect(keys).toMatchObject([{ kind: 'key', name: 'cosign.pub' }]);
    expect(keys[0]?.fingerprint).toMatch(/^SHA256:[A-Za-z\d+/]{43}$/);
    expect(identities).toEqual([someone]);
  });

  it.each<[string, Partial<TrustSettings>, string, string | undefined]>([
    ['a root that is not there', { trustRoot: '/missing.json' }, '/missing.json', undefined],
    ['a root that is none', { trustRoot: '/other.json' }, '/other.json', 'it is no trust root of Sigstore'],
    ['a root that is no JSON', { trustRoot: '/keys/none.pub' }, '/keys/none.pub', 'it is no trust root of Sigstore'],
    ['a key that is not there', { keys: ['/missing.pub'] }, '/missing.pub', undefined],
    [
      'a key that is none',
      { keys: ['/keys/cosign.pub', '/keys/none.pub'] },
      '/keys/none.pub',
      'it is no public key in PEM',
    ],
    [
      'a root of another type',
      { trustRoot: 7 },
      'registryExplorer.verification.trustRoot',
      'it must be a path, public or none',
    ],
    [
      'keys of another type',
      { keys: '/keys/cosign.pub' },
      'registryExplorer.verification.keys',
      'it must be a list of paths',
    ],
    [
      'an identity without its issuer',
      { identities: [{ identity: 'me@a.test' }] },
      'registryExplorer.verification.identities',
      'each needs an identity and an issuer',
    ],
  ])('fail with %s', async (_what, settings, subject, why) => {
    const detail = why === undefined ? { code: 'FILE_ENOENT' } : { explanation: `${subject} cannot be used: ${why}` };
    await expect(read(settings)).rejects.toMatchObject({ detail: { subject, ...detail } });
  });

  it('are not read on after they were aborted', async () => {
    const controller = new AbortController();
    controller.abort(new Error('gone'));
    const settings = { trustRoot: '/missing.json', keys: [], identities: [] };
    await expect(readTrust(settings, readFile, controller.signal)).rejects.toThrow('gone');
  });
});
