import fc from 'fast-check';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bundleOf as bundleOfCosign } from '../../../../src/images/proofs/cosign';
import type { ExpectedIdentity } from '../../../../src/images/proofs/identity';
import { readKey } from '../../../../src/images/proofs/keys';
import { judgeByPolicy, makeVerifier, readPublicRoot } from '../../../../src/images/proofs/verify';
import type { Trust } from '../../../../src/images/proofs/trust';
import { beacon, caseNames, readBundle, readCase } from './conformance';
import { issuerUrl, MiniSigstore, signedOn, workflow, type SigningOptions } from '../../../sandbox/miniSigstore';

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const artifactOf = (bytes: Uint8Array) => ({ digest: digestOf(bytes), bytes });
const encode = (value: unknown) => Buffer.from(JSON.stringify(value));
const rootOf = (json: unknown): NonNullable<Trust['root']> => ({ kind: 'file', path: 'root.json', json });
const publicTrust: Trust = { root: { kind: 'public' }, keys: [], identities: [] };

describe('the cases of sigstore-conformance', () => {
  it('are there', () => {
    expect(caseNames.length).toBeGreaterThan(15);
  });

  it.each(caseNames)('%s', async (name) => {
    const { bundle, artifact, policy, trustedRoot } = await readCase(name);
    const verdict = judgeByPolicy(bundle, artifactOf(artifact), policy, trustedRoot);
    expect(verdict).toMatchObject(
      name.endsWith('_fail') ? { state: notVerified } : { state: 'verified', isExpected: true },
    );
  });

  const notVerified: unknown = expect.stringMatching(/^(?:present|invalid)$/);
  const happy = caseNames.filter((name) => !name.endsWith('_fail'));

  it.each(happy)('%s, of other content', async (name) => {
    const { bundle, policy, trustedRoot } = await readCase(name);
    const verdict = judgeByPolicy(bundle, artifactOf(Buffer.from('other')), policy, trustedRoot);
    expect(verdict).toEqual({ state: 'invalid', why: 'it is about something else' });
  });

  it.each(happy)('%s, without its log entry', async (name) => {
    const { bundle, artifact, policy, trustedRoot } = await readCase(name);
    const changed = JSON.parse(Buffer.from(bundle).toString('utf8')) as {
      verificationMaterial: { tlogEntries: unknown[] };
    };
    changed.verificationMaterial.tlogEntries = [];
    const verdict = judgeByPolicy(encode(changed), artifactOf(artifact), policy, trustedRoot);
    expect(verdict.state).toBe('invalid');
  });

  it.each([
    ['identity', { ...beacon, identity: 'https://elsewhere.test/' }],
    ['a part of the identity', { ...beacon, identity: beacon.identity.slice(0, -1) }],
    ['issuer', { ...beacon, issuer: 'https://accounts.test' }],
  ])('another %s', async (_what, policy) => {
    const { bundle, artifact, trustedRoot } = await readCase('happy-path-v0.3');
    expect(judgeByPolicy(bundle, artifactOf(artifact), policy, trustedRoot)).toEqual({
      state: 'invalid',
      why: `signed by ${beacon.identity} (${beacon.issuer}), who is not expected`,
    });
  });

  it('a certificate where a key was expected', async () => {
    const { bundle, artifact, trustedRoot } = await readCase('happy-path-v0.3');
    const { policy } = await readCase('managed-key-happy-path');
    expect(judgeByPolicy(bundle, artifactOf(artifact), policy, trustedRoot).state).toBe('invalid');
  });

  it('with the digest of what is signed alone: a statement is verified, a signature of the content is not', async () => {
    const judge = async (name: string) => {
      const { bundle, artifact, policy, trustedRoot } = await readCase(name);
      return judgeByPolicy(bundle, { digest: digestOf(artifact) }, policy, trustedRoot).state;
    };
    expect(await judge('happy-path-intoto-in-dsse-v3')).toBe('verified');
    expect(await judge('happy-path-v0.3')).toBe('present');
    expect(await judge('message-digest-mismatch_fail')).toBe('invalid');
  });

  it('in a log whose key was not valid then', async () => {
    const { bundle, artifact, policy, trustedRoot } = await readCase('rekor2-happy-path');
    const root = trustedRoot as { tlogs: { publicKey: { validFor: { start: string; end?: string } } }[] };
    for (const { publicKey } of root.tlogs) publicKey.validFor.end = '2025-06-12T12:00:00Z';
    expect(judgeByPolicy(bundle, artifactOf(artifact), policy, root).state).toBe('invalid');
  });

  it('by a trust root that is none', async () => {
    const { bundle, artifact, policy } = await readCase('happy-path-v0.3');
    for (const root of [undefined, {}, [], 'x', { tlogs: [{}] }, { certificateAuthorities: [{ certChain: 1 }] }])
      expect(judgeByPolicy(bundle, artifactOf(artifact), policy, root).state).toBe('invalid');
  });
});

describe('a verifier', () => {
  it('tells who signed, and when, where nobody is expected', async () => {
    const { artifact } = await readCase('happy-path-v0.3');
    const { judgeBundle, rootExpires } = await makeVerifier(publicTrust);
    const by = { kind: 'certificate', identity: beacon.identity, issuer: beacon.issuer };
    expect(judgeBundle(readBundle('happy-path-v0.3'), artifactOf(artifact))).toEqual({
      verdict: { state: 'verified', by, isExpected: false },
      claimedSigner: by,
      signedAt: new Date('2024-03-19T17:26:26Z'),
    });
    expect(rootExpires?.getFullYear()).toBeGreaterThan(2025);
  });

  it('says that the authority is unknown, where it is', async () => {
    const { artifact } = await readCase('happy-path-v0.3');
    const { trustedRoot } = await readCase('intoto-with-custom-trust-root');
    const judge = async (trust: Partial<Trust>) => {
      const { judgeBundle } = await makeVerifier({ keys: [], identities: [], ...trust });
      return judgeBundle(readBundle('happy-path-v0.3'), artifactOf(artifact));
    };
    expect(await judge({ root: rootOf(trustedRoot) })).toMatchObject({
      verdict: { state: 'present', why: 'its certificate is from an authority that the trust root does not know' },
      claimedSigner: { identity: beacon.identity },
    });
    expect((await judge({})).verdict).toEqual({ state: 'present', why: 'no trust root is chosen' });
  });

  it('refuses to be made of a trust root that is none', async () => {
    await expect(makeVerifier({ root: rootOf({ tlogs: [] }), keys: [], identities: [] })).rejects.toMatchObject({
      kind: 'malformed',
      detail: { subject: 'root.json' },
    });
  });

  it('ships the trust root of the public instance', async () => {
    expect((await readPublicRoot()).json).toMatchObject({
      certificateAuthorities: expect.arrayContaining([
        expect.objectContaining({ uri: 'https://fulcio.sigstore.dev' }),
      ]) as unknown,
    });
  });
});

describe('keys', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = readKey(publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'cosign.pub');
  if (key === undefined) throw new Error('The key cannot be read');
  const { name, fingerprint } = key;
  const content = Buffer.from('content');
  const bundle = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: '' }, tlogEntries: [] },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: createHash('sha256').update(content).digest('base64') },
      signature: sign('sha256', content, privateKey).toString('base64'),
    },
  };
  const verified = { state: 'verified', by: { kind: 'key', name, fingerprint }, isExpected: true };

  it('that the user has named need no log', async () => {
    const { judgeBundle, judgeKeySignature } = await makeVerifier({ keys: [key], identities: [] });
    expect(judgeBundle(bundle, artifactOf(content))).toEqual({ verdict: verified });
    expect(judgeKeySignature(content, sign('sha256', content, privateKey))).toEqual({ verdict: verified });
    expect(judgeKeySignature(Buffer.from('other'), sign('sha256', content, privateKey)).verdict.state).toBe('present');
  });

  it('that the user has not named prove nothing', async () => {
    const { judgeBundle } = await makeVerifier({ ...publicTrust });
    expect(judgeBundle(bundle, artifactOf(content))).toEqual({
      verdict: { state: 'present', why: 'it is signed with a key, and you have named none' },
    });
  });

  it('need a log entry where the policy is that of the suite', async () => {
    const policy = { kind: 'key', pem: publicKey.export({ type: 'spki', format: 'pem' }).toString() } as const;
    expect(judgeByPolicy(encode(bundle), artifactOf(content), policy, (await readPublicRoot()).json)).toMatchObject({
      state: 'invalid',
      why: expect.stringContaining('transparency log') as unknown,
    });
  });

  it('with an entry in a log that is known need a right one', async () => {
    const { policy, artifact } = await readCase('managed-key-happy-path');
    const managed = policy.kind === 'key' ? readKey(policy.pem, 'managed.pub') : undefined;
    if (managed === undefined) throw new Error('The case has no key');
    const { judgeBundle } = await makeVerifier({ ...publicTrust, keys: [key, managed] });
    const right = readBundle('managed-key-happy-path') as {
      verificationMaterial: { tlogEntries: Record<string, unknown>[] };
    };
    const judgement = judgeBundle(right, artifactOf(artifact));
    expect(judgement).toMatchObject({ verdict: { state: 'verified', by: { name: 'managed.pub' } } });
    expect(judgement.signedAt).toBeUndefined();
    Object.assign(right.verificationMaterial.tlogEntries[0] ?? {}, { integratedTime: '1766077480' });
    expect(judgeBundle(right, artifactOf(artifact)).verdict.state).toBe('invalid');
  });

  it('of Ed25519 sign the content itself', async () => {
    const pair = generateKeyPairSync('ed25519');
    const named = readKey(pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'ed.pub');
    if (named === undefined) throw new Error('The key cannot be read');
    const { judgeKeySignature } = await makeVerifier({ keys: [key, named], identities: [] });
    expect(judgeKeySignature(content, sign(null, content, pair.privateKey)).verdict).toMatchObject({
      by: { name: 'ed.pub' },
    });
  });

  it('are public keys in PEM, and nothing else', () => {
    const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const text of ['', 'x', secret, secret.replaceAll('PRIVATE', 'PUBLIC')])
      expect(readKey(text, 'x')).toBeUndefined();
  });
});

describe('a certificate', () => {
  const payload = Buffer.from('payload');
  const sigstore = new MiniSigstore();
  const judge = async (
    options: SigningOptions,
    { identities = [], root = sigstore.trustedRoot }: { identities?: readonly ExpectedIdentity[]; root?: unknown } = {},
  ) => {
    const bundle = signedBundle(sigstore, payload, options);
    const { judgeBundle } = await makeVerifier({ root: rootOf(root), keys: [], identities });
    return judgeBundle(bundle, artifactOf(payload));
  };

  it('of a known authority, logged while it was valid, verifies', async () => {
    const by = { kind: 'certificate', identity: workflow, issuer: issuerUrl };
    expect(await judge({})).toEqual({
      verdict: { state: 'verified', by, isExpected: false },
      claimedSigner: by,
      signedAt: signedOn,
    });
  });

  it.each<[string, ExpectedIdentity, boolean]>([
    ['the same', { identity: workflow, issuer: issuerUrl }, true],
    ['a pattern', { identity: 'https://ci.test/team/*/release.yml@refs/tags/*', issuer: issuerUrl }, true],
    ['a pattern whose parts would overlap', { identity: '*v1*1', issuer: issuerUrl }, false],
    ['a pattern of another team', { identity: 'https://ci.test/other/*', issuer: issuerUrl }, false],
    ['no regular expression', { identity: 'https://ci.test/.*', issuer: issuerUrl }, false],
    ['another issuer', { identity: workflow, issuer: 'https://token.other.test' }, false],
    ['a pattern of issuers', { identity: workflow, issuer: '*' }, false],
  ])('is held against whom is expected: %s', async (_what, expected, isExpected) => {
    const { verdict } = await judge({}, { identities: [{ identity: 'x', issuer: 'y' }, expected] });
    expect(verdict.state).toBe(isExpected ? 'verified' : 'invalid');
  });

  it.each<[string, SigningOptions, string]>([
    ['logged after it expired', { loggedOn: new Date('2026-05-06T08:00:00Z') }, 'invalid'],
    ['for servers', { purpose: '1.3.6.1.5.5.7.3.1' }, 'invalid'],
    ['of several names', { names: [workflow, 'https://evil.test/'] }, 'present'],
    ['of no name', { names: [] }, 'present'],
  ])('%s does not verify', async (_what, options, state) => {
    expect((await judge(options)).verdict.state).toBe(state);
  });

  it('with bytes that another reader takes for letters is not taken for the same name', async () => {
    const lookalike = workflow.replace('team', `te\xe1m`);
    const { verdict } = await judge(
      { names: [lookalike] },
      { identities: [{ identity: workflow, issuer: issuerUrl }] },
    );
    expect(verdict.state).not.toBe('verified');
  });

  it('of an authority of one’s own proves nothing, whatever it says', async () => {
    const other = new MiniSigstore();
    const { verdict } = await judge(
      {},
      { root: other.trustedRoot, identities: [{ identity: workflow, issuer: issuerUrl }] },
    );
    expect(verdict).toMatchObject({ state: 'present' });
  });

  it('must be the one in the log entry', async () => {
    const { certificate } = sigstore.sign(payload);
    expect((await judge({ entrySigner: certificate })).verdict).toEqual({
      state: 'invalid',
      why: 'its entry in the transparency log names another signer',
    });
  });
});

/** As cosign’s layers are turned into one. */
function signedBundle(sigstore: MiniSigstore, payload: Uint8Array, options: SigningOptions): unknown {
  const { annotations, signature } = sigstore.sign(payload, options);
  return bundleOfCosign(annotations, { payload, signature: signature.toString('base64') });
}

describe('what is no bundle', () => {
  const artifact = artifactOf(Buffer.from('x'));

  it('is invalid, whatever it is', async () => {
    const { judgeBundle } = await makeVerifier(publicTrust);
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(judgeBundle(value, artifact).verdict.state).toBe('invalid');
      }),
    );
    const { trustedRoot } = await readCase('rekor2-happy-path');
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(judgeByPolicy(bytes, artifact, beacon, trustedRoot).state).toBe('invalid');
      }),
    );
  });

  it.each(caseNames.filter((name) => !name.includes('malformed')))(
    'is said of %s with a part changed',
    async (name) => {
      const whole = await readCase(name);
      const { judgeBundle } = await makeVerifier({ root: rootOf(whole.trustedRoot), keys: [], identities: [] });
      const paths = pathsIn(readBundle(name));
      const states = ['verified', 'present', 'invalid'];
      fc.assert(
        fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
          const changed = replaced(readBundle(name), path, value);
          expect(states).toContain(judgeBundle(changed, artifactOf(whole.artifact)).verdict.state);
        }),
        { numRuns: 60 },
      );
    },
  );

  it.each<[string, readonly string[], (value: never) => unknown]>([
    ['a certificate and a key', ['verificationMaterial'], (one: object) => ({ ...one, publicKey: { hint: 'x' } })],
    [
      'two contents',
      [],
      (one: object) => ({ ...one, dsseEnvelope: { payload: '', payloadType: '', signatures: [{ sig: '' }] } }),
    ],
    [
      'a signature with a character between',
      ['messageSignature', 'signature'],
      (one: string) => `${one.slice(0, 9)}!${one.slice(9)}`,
    ],
    [
      'a checkpoint whose signer is a pattern',
      ['verificationMaterial', 'tlogEntries', '0', 'inclusionProof', 'checkpoint', 'envelope'],
      (one: string) => one.replace('\u2014 rekor.sigstore.dev', '\u2014 (r|e)*(r|e)*$'),
    ],
    [
      'a checkpoint with such a signer within a line',
      ['verificationMaterial', 'tlogEntries', '0', 'inclusionProof', 'checkpoint', 'envelope'],
      (one: string) => one.replace('\u2014 rekor.sigstore.dev', 'x \u2014 (r|e)*(r|e)*$'),
    ],
    [
      'a proof of another size',
      ['verificationMaterial', 'tlogEntries', '0', 'inclusionProof', 'treeSize'],
      (one: string) => String(Number(one) + 1),
    ],
    ['a version that is not known', ['mediaType'], () => 'application/vnd.dev.sigstore.bundle.v0.9+json'],
    ['no inclusion proof', ['verificationMaterial', 'tlogEntries', '0', 'inclusionProof'], () => null],
    ['no timestamp', ['verificationMaterial', 'tlogEntries', '0', 'inclusionPromise'], () => null],
    ['another time', ['verificationMaterial', 'tlogEntries', '0', 'integratedTime'], () => '1710869187'],
  ])('is not verified with %s', async (_what, path, change) => {
    const { artifact: content, policy, trustedRoot } = await readCase('happy-path-v0.3');
    const judgeWith = (bundle: unknown) =>
      judgeByPolicy(encode(bundle), artifactOf(content), policy, trustedRoot).state;
    const bundle = readBundle('happy-path-v0.3');
    expect(judgeWith(bundle)).toBe('verified');
    const before = path.reduce<unknown>((value, key) => Reflect.get(value as object, key), bundle);
    expect(
      judgeWith(path.length === 0 ? change(before as never) : replaced(bundle, path, change(before as never))),
    ).not.toBe('verified');
  });
});

function pathsIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => pathsIn(each, [...path, key]))];
}

function replaced(value: unknown, path: readonly string[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== 'object' || value === null) return by;
  Reflect.set(value, key, replaced(Reflect.get(value, key), rest, by));
  return value;
}
