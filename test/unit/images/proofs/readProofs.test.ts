import fc from 'fast-check';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { axiosHttp } from '../../../../src/core/axiosHttp';
import { Failure } from '../../../../src/core/failure';
import type { Attachment } from '../../../../src/core/model';
import { RegistryClient } from '../../../../src/core/registryClient';
import { readAttachments } from '../../../../src/images/attachments';
import { readPlatforms } from '../../../../src/images/imageReader';
import type { ImageSource } from '../../../../src/images/imageSource';
import { readAttachedSbom } from '../../../../src/images/proofs/attachedSbom';
import { readKey } from '../../../../src/images/proofs/keys';
import type { Proof } from '../../../../src/images/proofs/proof';
import { mostProofs, readProofs } from '../../../../src/images/proofs/readProofs';
import { preAuthEncoding } from '../../../../src/images/proofs/statement';
import { makeVerifier } from '../../../../src/images/proofs/verify';
import type { Trust } from '../../../../src/images/proofs/trust';
import { registrySource } from '../../../../src/providers/v2';
import * as artifacts from '../../../sandbox/artifacts';
import { blob, jsonBlob, layer } from '../../../sandbox/blob';
import type { Annotations, Blob } from '../../../sandbox/blob';
import { buildImage, buildManifest, mediaTypes, type BuiltManifest } from '../../../sandbox/images';
import { startV2Server } from '../../../sandbox/v2Server';
import { collectLog } from '../../collectLog';
import { stub } from '../../stub';
import { beacon, readBundle } from './conformance';
import { issuerUrl, MiniSigstore, signedOn, workflow, type EntryKind } from '../../../sandbox/miniSigstore';

const { signal } = new AbortController();
const created = new Date('2026-03-04T05:06:07Z');
const image = buildImage({ created, layers: [layer({ padding: { seed: 'proofs', size: 100 } })] });
const other = buildImage({ created, layers: [layer({ padding: { seed: 'other', size: 100 } })] });
const hexOf = ({ digest }: BuiltManifest) => digest.slice('sha256:'.length);

const sigstore = new MiniSigstore();
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = readKey(keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'cosign.pub');
if (key === undefined) throw new Error('The key cannot be read');
const trust: Trust = {
  root: { kind: 'file', path: 'root.json', json: sigstore.trustedRoot },
  keys: [key],
  identities: [{ identity: workflow, issuer: issuerUrl }],
};
const byKey = {
  state: 'verified',
  by: { kind: 'key', name: 'cosign.pub', fingerprint: key.fingerprint },
  isExpected: true,
};
const signer = { kind: 'certificate', identity: workflow, issuer: issuerUrl };
const byWorkflow = { state: 'verified', by: signer, isExpected: true };

interface Layer {
  readonly blob: Blob;
  readonly annotations?: Annotations;
}

const attached = (layers: readonly Layer[], more: Partial<Parameters<typeof buildManifest>[0]> = {}) =>
  buildManifest({ config: jsonBlob(mediaTypes.ociEmpty, {}), layers, ...more });

/** The payload of https://github.com/containers/image/blob/v5.36.2/docs/containers-signature.5.md */
const payloadOf = (digest: string) =>
  Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': 'r.test/team/app' },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  );
const simpleSigning = 'application/vnd.dev.cosign.simplesigning.v1+json';
const signedWithKey = (payload: Buffer): Layer => ({
  blob: blob(simpleSigning, payload),
  annotations: { 'dev.cosignproject.cosign/signature': sign('sha256', payload, keys.privateKey).toString('base64') },
});
const signedKeyless = (payload: Buffer): Layer => ({
  blob: blob(simpleSigning, payload),
  annotations: sigstore.sign(payload).annotations,
});

const statementOf = (subject: BuiltManifest, { type, content }: artifacts.Predicate) => ({
  _type: 'https://in-toto.io/Statement/v0.1',
  predicateType: type,
  subject: [{ name: 'r.test/team/app', digest: { sha256: hexOf(subject) } }],
  predicate: content,
});
const inToto = 'application/vnd.in-toto+json';
const envelopeOf = (statement: unknown, payloadType = inToto) => {
  const payload = Buffer.from(JSON.stringify(statement));
  const signature = sign('sha256', preAuthEncoding(payloadType, payload), keys.privateKey);
  return {
    payload: payload.toString('base64'),
    payloadType,
    signatures: [{ keyid: '', sig: signature.toString('base64') }],
  };
};
const dsse = 'application/vnd.dsse.envelope.v1+json';

const provenance = artifacts.provenance({ source: 'https://git.test/app', revision: 'abc', finished: created });
const sbom = artifacts.sbom('app', [{ name: 'zlib', version: '1.3', license: 'Zlib' }], created);

/** A registry with that image and what is attached to it. */
async function serving(tags: Readonly<Record<string, BuiltManifest>>, untagged: readonly BuiltManifest[] = []) {
  const server = await startV2Server({ repositories: [{ name: 'team/app', tags: { a: image, ...tags }, untagged }] });
  onTestFinished(() => server.stop());
  const client = new RegistryClient(axiosHttp(collectLog()), server.url);
  const place = { host: 'r.test', path: 'team/app' };
  return registrySource(client, place, () => Promise.resolve([]), {
    listed: new Set(Object.keys(tags)),
    areAll: true,
  });
}

const tagOf = (suffix: string) => `sha256-${hexOf(image)}.${suffix}`;

async function proofsOf(source: ImageSource): Promise<readonly Proof[]> {
  const { attachments } = await readAttachments(source, image.digest, signal);
  const verifier = await makeVerifier(trust);
  return (await readProofs(source, { subject: image.digest, attachments }, verifier, signal)).proofs;
}

describe('cosign’s tags', () => {
  it('have signatures, each judged by itself', async () => {
    const payload = payloadOf(image.digest);
    const unsigned = { blob: blob(simpleSigning, payload) };
    const tampered = { ...signedWithKey(payload), blob: blob(simpleSigning, `${payload.toString()} `) };
    const foreign = { blob: blob(simpleSigning, payload), annotations: new MiniSigstore().sign(payload).annotations };
    const broken = {
      blob: blob(simpleSigning, `${payload.toString()}\n`),
      annotations: sigstore.sign(payload).annotations,
    };
    const malformed = {
      blob: blob(simpleSigning, payload),
      annotations: { 'dev.cosignproject.cosign/signature': '!' },
    };
    const layers = [signedWithKey(payload), signedKeyless(payload), unsigned, tampered, foreign, broken, malformed];
    const proofs = await proofsOf(await serving({ [tagOf('sig')]: attached(layers) }));
    expect(proofs.map(({ type, verdict }) => [type, verdict])).toEqual([
      ['signature', byKey],
      ['signature', byWorkflow],
      ['signature', { state: 'present', why: 'it is not signed' }],
      ['signature', { state: 'present', why: 'it is signed with a key that is none of those you have named' }],
      [
        'signature',
        { state: 'present', why: 'its certificate is from an authority that the trust root does not know' },
      ],
      ['signature', { state: 'invalid', why: 'the signature does not match the content' }],
      ['signature', { state: 'invalid', why: 'its signature is malformed' }],
    ]);
    expect(proofs[1]).toMatchObject({ claimedSigner: signer, signedAt: signedOn });
    expect(proofs[4]).toMatchObject({ claimedSigner: signer });
    expect(proofs[4]?.signedAt).toBeUndefined();
  });

  it('prove nothing of another image, however well they are signed', async () => {
    const layers = [
      signedWithKey(payloadOf(other.digest)),
      signedKeyless(payloadOf(other.digest)),
      signedWithKey(Buffer.from('{}')),
    ];
    const elsewhere = [envelopeOf(statementOf(other, provenance))].map((one) => ({ blob: jsonBlob(dsse, one) }));
    const source = await serving({ [tagOf('sig')]: attached(layers), [tagOf('att')]: attached(elsewhere) });
    const verdicts = (await proofsOf(source)).map(({ verdict }) => verdict);
    expect(verdicts).toEqual(Array(4).fill({ state: 'invalid', why: 'it is about something else' }));
  });

  it('have attestations', async () => {
    const signedAs = (predicate: artifacts.Predicate): Layer => ({
      blob: jsonBlob(dsse, envelopeOf(statementOf(image, predicate))),
      annotations: { 'dev.cosignproject.cosign/signature': '', predicateType: predicate.type },
    });
    const oldText = { type: 'https://spdx.dev/Document', content: JSON.stringify(sbom.content) };
    const layers = [signedAs(provenance), signedAs(sbom), signedAs(oldText)];
    const proofs = await proofsOf(await serving({ [tagOf('att')]: attached(layers) }));
    const summary = { format: 'SPDX', count: 1 };
    expect(proofs).toMatchObject([
      { type: 'provenance', verdict: byKey, provenance: { repository: 'https://git.test/app', commit: 'abc' } },
      { type: 'sbom', label: 'SBOM (SPDX)', verdict: byKey, predicateType: sbom.type, sbom: summary },
      { type: 'sbom', verdict: byKey, sbom: summary },
    ]);
  });

  it.each<[string, EntryKind, unknown]>([
    ['dsse', 'dsse', byWorkflow],
    ['the older kind', 'intoto', byWorkflow],
    ['the oldest kind', 'intoto 0.0.1', { state: 'present', why: expect.stringContaining('0.0.1') as unknown }],
  ])('have attestations that are signed with a certificate and logged as %s', async (_what, kind, verdict) => {
    const payload = Buffer.from(JSON.stringify(statementOf(image, provenance)));
    const { signature, annotations } = sigstore.sign(preAuthEncoding(inToto, payload), { kind, payload });
    const envelope = {
      payload: payload.toString('base64'),
      payloadType: inToto,
      signatures: [{ keyid: '', sig: signature.toString('base64') }],
    };
    const evidence = { ...annotations, 'dev.cosignproject.cosign/signature': '' };
    const layers = [{ blob: jsonBlob(dsse, envelope), annotations: evidence }];
    const proofs = await proofsOf(await serving({ [tagOf('att')]: attached(layers) }));
    expect(proofs).toMatchObject([{ type: 'provenance', verdict, claimedSigner: signer }]);
  });

  it('have envelopes that carry something else, or were changed', async () => {
    const envelope = envelopeOf(statementOf(image, provenance));
    const changed = { ...envelope, payload: envelopeOf(statementOf(image, sbom)).payload };
    const envelopes = [changed, envelopeOf({}), envelopeOf(statementOf(image, sbom), 'text/plain'), { payload: '!' }];
    const layers = envelopes.map((one) => ({ blob: jsonBlob(dsse, one) }));
    const proofs = await proofsOf(await serving({ [tagOf('att')]: attached(layers) }));
    expect(proofs.map(({ verdict }) => verdict.state)).toEqual(['present', 'invalid', 'invalid', 'invalid']);
  });

  it('have SBOMs, which nobody signed', async () => {
    const document = attached([{ blob: jsonBlob('text/spdx+json', sbom.content) }]);
    expect(await proofsOf(await serving({ [tagOf('sbom')]: document }))).toMatchObject([
      { type: 'sbom', verdict: { state: 'present', why: 'it is not signed' }, sbom: { count: 1 } },
    ]);
  });
});

describe('referrers', () => {
  const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
  const refer = (content: Blob, artifactType: string, annotations?: Annotations) =>
    attached([{ blob: content }], { artifactType, subject: image, ...(annotations ? { annotations } : {}) });
  const bundleWithKey = (content: Readonly<Record<string, unknown>>) => ({
    mediaType: bundleType,
    verificationMaterial: { publicKey: { hint: 'x' }, tlogEntries: [] },
    ...content,
  });
  const messageSignature = (bytes: Buffer) => ({
    messageDigest: { algorithm: 'SHA2_256', digest: createHash('sha256').update(bytes).digest('base64') },
    signature: sign('sha256', bytes, keys.privateKey).toString('base64'),
  });

  it('are bundles of statements, and of signatures of the manifest’s bytes', async () => {
    const bundles = [
      bundleWithKey({ dsseEnvelope: envelopeOf(statementOf(image, provenance)) }),
      bundleWithKey({ messageSignature: messageSignature(image.bytes) }),
      bundleWithKey({ dsseEnvelope: envelopeOf(statementOf(other, provenance)) }),
      bundleWithKey({ messageSignature: messageSignature(other.bytes) }),
      { ...bundleWithKey({}), mediaType: 'application/vnd.dev.sigstore.bundle.v0.9+json' },
    ];
    const source = await serving(
      {},
      bundles.map((one) => refer(jsonBlob(bundleType, one), bundleType)),
    );
    const proofs = await proofsOf(source);
    const seen = proofs.map(({ type, verdict }) => `${type} ${verdict.state}`).sort();
    expect(seen).toEqual([
      'attestation present',
      'provenance invalid',
      'provenance verified',
      'signature invalid',
      'signature verified',
    ]);
    // The same without anybody to verify them.
    const verifier = undefined;
    const { attachments } = await readAttachments(source, image.digest, signal);
    const unjudged = await readProofs(source, { subject: image.digest, attachments }, verifier, signal);
    expect(unjudged.proofs.map(({ type, verdict }) => `${type} ${verdict.state}`).sort()).toEqual([
      'attestation present',
      'provenance invalid',
      'provenance present',
      'signature invalid',
      'signature present',
    ]);
  });

  it('are signatures of cosign, several in one', async () => {
    const payload = payloadOf(image.digest);
    const layers = [signedWithKey(payload), signedKeyless(payload)];
    const referrer = attached(layers, {
      artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json',
      subject: image,
    });
    expect((await proofsOf(await serving({}, [referrer]))).map(({ verdict }) => verdict)).toEqual([byKey, byWorkflow]);
  });

  it('are SBOMs and signatures of other kinds', async () => {
    const notation = 'application/vnd.cncf.notary.signature';
    const source = await serving({}, [
      refer(blob('application/jose+json', '{}'), notation),
      refer(
        jsonBlob('application/vnd.cyclonedx+json', { bomFormat: 'CycloneDX', specVersion: '1.6' }),
        'application/vnd.cyclonedx+json',
      ),
    ]);
    const proofs = await proofsOf(source);
    expect(proofs.find(({ type }) => type === 'sbom')).toMatchObject({
      verdict: { state: 'present', why: 'it is not signed' },
      sbom: { format: 'CycloneDX', count: 0 },
    });
    expect(proofs.find(({ type }) => type === 'signature')?.verdict).toEqual({
      state: 'present',
      why: 'signatures of this kind cannot be verified here',
    });
  });

  it('that cannot be read do not keep the others from being read', async () => {
    const lost = refer(jsonBlob(bundleType, { lost: true }), 'application/vnd.cyclonedx+json');
    const sound = refer(jsonBlob('application/spdx+json', sbom.content), 'application/spdx+json');
    const source = await serving({}, [lost, sound]);
    const refusal = new Failure('notFound', 'gone', { subject: 'r.test' });
    const [first] = lost.blobs.slice(1);
    const blobOf: ImageSource['blob'] = (digest, most, aborted) =>
      digest === first?.digest ? Promise.reject(refusal) : source.blob(digest, most, aborted);
    const proofs = await proofsOf({ ...source, blob: blobOf });
    expect(proofs.find(({ failure }) => failure !== undefined)).toMatchObject({
      failure: refusal,
      verdict: { state: 'present', why: 'it could not be read' },
    });
    expect(proofs.find(({ failure }) => failure === undefined)?.sbom?.count).toBe(1);
  });
});

describe('attestations of BuildKit', () => {
  it('are not signed, and are about their platform', async () => {
    const index = artifacts.buildAttestedIndex([image, other], () => [provenance, sbom]);
    const source = await serving({ index });
    const { items } = await readPlatforms(source, 'index', signal);
    const [attachments = []] = items.map((entry) => (entry.kind === 'platform' ? entry.attachments : []));
    const verifier = await makeVerifier(trust);
    const read = async (subject: string) =>
      (await readProofs(source, { subject, attachments }, verifier, signal)).proofs;
    const present = { state: 'present', why: 'it is not signed' };
    expect(await read(image.digest)).toMatchObject([
      { type: 'provenance', verdict: present, provenance: { commit: 'abc' } },
      { type: 'sbom', verdict: present, sbom: { count: 1 } },
    ]);
    expect((await read(other.digest)).map(({ verdict }) => verdict.state)).toEqual(['invalid', 'invalid']);
  });
});

/** An attachment of a manifest whose only layer is this. */
function held(
  content: unknown,
  mediaType: string,
  annotations: Annotations = {},
): { attachment: Attachment; blob: Blob } {
  const one = typeof content === 'string' ? blob(mediaType, content) : jsonBlob(mediaType, content);
  const { digest, bytes } = one;
  const descriptor = { mediaType, digest, size: bytes.length, annotations };
  const place = { host: 'r.test', path: 'team/app', digest };
  return {
    attachment: { kind: 'attachment', label: 'x', type: 'artifact', image: place, blob: descriptor },
    blob: one,
  };
}

const holding = (blobs: readonly Blob[]): ImageSource =>
  stub<ImageSource>('source', {
    blob: (digest) => {
      const found = blobs.find((each) => each.digest === digest);
      return found === undefined
        ? Promise.reject(new Failure('notFound', '', { subject: 'r.test' }))
        : Promise.resolve(found.bytes);
    },
  });

describe('readAttachedSbom', () => {
  const statement = statementOf(image, sbom);
  const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
  const bundle = {
    mediaType: bundleType,
    verificationMaterial: { publicKey: { hint: '' } },
    dsseEnvelope: envelopeOf(statement),
  };

  it.each<[string, unknown, string]>([
    ['a document', sbom.content, 'text/spdx+json'],
    ['a statement', statement, inToto],
    ['an envelope', envelopeOf(statement), dsse],
    ['a bundle', bundle, bundleType],
  ])('reads the packages of %s', async (_what, content, type) => {
    const { attachment, blob: one } = held(content, type);
    const read = await readAttachedSbom(holding([one]), attachment, signal);
    expect(read?.packages).toEqual([{ name: 'zlib', version: '1.3', license: 'Zlib' }]);
  });

  it('finds none in anything else', async () => {
    for (const content of [{}, '', envelopeOf({}), statementOf(image, provenance)]) {
      const { attachment, blob: one } = held(content, inToto);
      expect(await readAttachedSbom(holding([one]), attachment, signal)).toBeUndefined();
    }
    const { attachment } = held({}, inToto);
    await expect(readAttachedSbom(holding([]), attachment, signal)).rejects.toMatchObject({ kind: 'notFound' });
  });
});

describe('readProofs', () => {
  it('verifies a bundle that was made elsewhere', async () => {
    const { attachment, blob: bundle } = held(
      readBundle('happy-path-intoto-in-dsse-v3'),
      'application/vnd.dev.sigstore.bundle.v0.3+json',
    );
    const file = readFileSync(join(import.meta.dirname, 'conformance/a.txt'));
    const subject = `sha256:${createHash('sha256').update(file).digest('hex')}`;
    const verifier = await makeVerifier({ root: { kind: 'public' }, keys: [], identities: [beacon] });
    const { proofs } = await readProofs(holding([bundle]), { subject, attachments: [attachment] }, verifier, signal);
    expect(proofs).toMatchObject([
      {
        type: 'provenance',
        verdict: { state: 'verified', by: { identity: beacon.identity }, isExpected: true },
        provenance: { repository: 'https://github.com/loosebazooka/aa-test' },
      },
    ]);
  });

  it('reads six at a time and no more than a hundred, and says how many are left', async () => {
    const { attachment, blob: document } = held({}, 'application/json');
    let reading = 0;
    let widest = 0;
    const source = stub<ImageSource>('source', {
      blob: async () => {
        widest = Math.max(widest, ++reading);
        await Promise.resolve();
        reading--;
        return document.bytes;
      },
    });
    const attachments = Array.from({ length: mostProofs + 3 }, () => attachment);
    const { proofs, unread } = await readProofs(source, { subject: image.digest, attachments }, undefined, signal);
    expect([proofs.length, unread, widest]).toEqual([mostProofs, 3, 6]);
  });

  it('stops when it is aborted', async () => {
    const { attachment } = held({}, 'application/json');
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(
      readProofs(holding([]), { subject: image.digest, attachments: [attachment] }, undefined, gone),
    ).rejects.toThrow('gone');
  });

  it('gives a verdict on whatever was attached', async () => {
    const verifier = await makeVerifier(trust);
    const types = fc.constantFrom(simpleSigning, dsse, 'application/vnd.dev.sigstore.bundle.v0.3+json', inToto);
    const annotation = fc.dictionary(
      fc
        .constantFrom('signature', 'certificate', 'chain', 'bundle', 'rfc3161timestamp')
        .map((key) => (key === 'signature' ? 'dev.cosignproject.cosign/signature' : `dev.sigstore.cosign/${key}`)),
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.constant(sigstore.sign(payloadOf(image.digest)).annotations['dev.sigstore.cosign/certificate'] ?? ''),
      ),
    );
    const content = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constant(payloadOf(image.digest).toString()),
      fc.constant(JSON.stringify(envelopeOf(statementOf(image, sbom)))),
    );
    await fc.assert(
      fc.asyncProperty(content, types, annotation, async (text, type, annotations) => {
        const { attachment, blob: one } = held(text, type, annotations);
        const { proofs } = await readProofs(
          holding([one]),
          { subject: image.digest, attachments: [attachment] },
          verifier,
          signal,
        );
        expect(proofs.length).toBe(1);
        // Only the envelope is signed with the key, where no certificate takes its place.
        if (proofs[0]?.verdict.state === 'verified') expect(text).toContain('signatures');
      }),
    );
  });
});
