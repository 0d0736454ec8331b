import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Attachment, PlatformImage } from '../../../src/core/model';
import { describeImage } from '../../../src/ui/inspection';
import { report } from '../../../src/ui/report';
import { errorReply, jsonReply } from '../../sandbox/serve';
import { readReported, reportedCase, serving, type Reported, type Reporting } from './reported';

/** Inputs of public reports, each the smallest of its kind, and members of the kind that nobody reported. */

const { signal } = new AbortController();
const created = new Date('2026-03-04T05:06:07Z');
const amd64 = { os: 'linux', architecture: 'amd64' };
const arm64 = { os: 'linux', architecture: 'arm64' };

const indexType = 'application/vnd.oci.image.index.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const digestOf = (text: string | Buffer): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const detailsOf = async ({ provider, tagOf }: Reporting, label: string) => provider.details?.(tagOf(label), signal);

/** A row as a reader sees it, with what is below. */
const seen = (rows: readonly (PlatformImage | Attachment)[]): unknown[] =>
  rows.map(({ label, failure, attachments }) => [
    failure === undefined ? label : `${label}: ${failure.kind}`,
    ...(attachments ?? []).map((one) => one.label),
  ]);

/** `content`, with more manifests by tag; each has its own digest as well. */
function and(content: Reported, more: Readonly<Record<string, { contentType: string; body: string }>>): Reported {
  const manifests = { ...content.manifests };
  for (const [tag, { contentType, body }] of Object.entries(more)) {
    const manifest = { contentType, body, 'Docker-Content-Digest': digestOf(body) };
    manifests[tag] = manifest;
    manifests[digestOf(body)] = manifest;
  }
  return { ...content, manifests };
}

const indexOf = (children: readonly object[]) => ({
  contentType: indexType,
  body: JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: children }),
});
const child = ({ contentType, body }: { contentType: string; body: string }, more: object = {}) => ({
  mediaType: contentType,
  digest: digestOf(body),
  size: Buffer.byteLength(body),
  ...more,
});

describe('an index in an index', () => {
  const content = reportedCase('01-nested-index');

  it.each(['nested', 'wrapped'])('tells platforms, date and size: %s', async (label) => {
    expect(await detailsOf(await serving(content), label)).toMatchObject({
      type: 'index',
      platforms: [amd64, arm64],
      created,
      size: 159,
    });
  });

  it.each(['nested', 'wrapped'])('opens to its images, with their attestations: %s', async (label) => {
    const { open, tagOf } = await serving(content);
    expect(seen((await open(tagOf(label))).rows)).toEqual([
      ['linux/amd64', 'Provenance'],
      ['linux/arm64', 'Provenance'],
    ]);
  });

  it('offers its images to be inspected', async () => {
    const { provider, tagOf } = await serving(content);
    const images = (await provider.content?.images(tagOf('wrapped').image, signal)) ?? [];
    expect(images.map(({ label }) => label)).toEqual(['linux/amd64', 'linux/arm64']);
    const [, second] = images;
    if (second === undefined) throw new Error('There is no second image');
    expect(await provider.content?.config(second.image, signal)).toMatchObject({ platform: arm64 });
  });

  it('is followed five levels down, and not for ever', async () => {
    let around = content.manifests.nested;
    let wrapped = content;
    const wrap = (tag: string) => {
      const { contentType = '', body = '' } = around ?? {};
      const next = indexOf([child({ contentType, body })]);
      wrapped = and(wrapped, { [tag]: next });
      around = wrapped.manifests[tag];
    };
    for (let level = 0; level < 4; level++) wrap('five');
    const deep = await serving(wrapped);
    expect(await detailsOf(deep, 'five')).toMatchObject({ platforms: [amd64, arm64], created });
    for (let level = 0; level < 20; level++) wrap('deeper');
    const deeper = await serving(wrapped);
    expect(await detailsOf(deeper, 'deeper')).toMatchObject({ type: 'index', platforms: [] });
    const { rows, failure } = await deeper.open(deeper.tagOf('deeper'));
    expect(rows).toEqual([]);
    expect(report(failure, 'open')?.message).toContain('only the first 0 are shown');
  });

  it('names platforms that the index leaves to the image', async () => {
    const [one, other] =
      content.manifests.nested === undefined
        ? []
        : ['amd64', 'arm64'].map((_name, at) => {
            const digest =
              at === 0
                ? 'e008c1dffad8a4dab3e351c44475cdc1cf4f87cbb079a99b3c88da915f3ad70e'
                : 'a8727ea9fcab51629e5d4faa04376510c6b67104b618c4d51f4fa85351777d93';
            return {
              mediaType: manifestType,
              digest: `sha256:${digest}`,
              size: 286,
              platform: at === 0 ? undefined : { os: '', architecture: '' },
            };
          });
    const silent = await serving(and(content, { silent: indexOf([one ?? {}, other ?? {}]) }));
    expect(await detailsOf(silent, 'silent')).toMatchObject({ platforms: [amd64, arm64], created });
    expect(seen((await silent.open(silent.tagOf('silent'))).rows)).toEqual([['linux/amd64'], ['linux/arm64']]);
    const images = await silent.provider.content?.images(silent.tagOf('silent').image, signal);
    expect(images?.map(({ label }) => label)).toEqual(['linux/amd64', 'linux/arm64']);
  });
});

describe('an index that lives on without a child', () => {
  const content = reportedCase('02-index-with-missing-child');

  it('tells of the others, and marks the one', async () => {
    const sparse = await serving(content);
    expect(await detailsOf(sparse, 'sparse')).toMatchObject({ platforms: [amd64, arm64], created, size: 159 });
    const { rows, failure } = await sparse.open(sparse.tagOf('sparse'));
    expect(seen(rows)).toEqual([['linux/amd64: notFound'], ['linux/arm64']]);
    expect(rows[1]).toMatchObject({ size: 159 });
    expect(failure).toBeUndefined();
  });

  it('says the same of an index inside that is gone', async () => {
    const gone = indexOf([]);
    const outer = indexOf([child(gone, { platform: amd64 })]);
    const { manifests } = and(content, { outer });
    const registry = await serving({ ...content, manifests });
    expect(await detailsOf(registry, 'outer')).toMatchObject({ type: 'index', platforms: [amd64] });
    expect(seen((await registry.open(registry.tagOf('outer'))).rows)).toEqual([['linux/amd64: notFound']]);
  });

  it.each([
    [403, 'forbidden'],
    [500, 'rejected'],
  ])('says that a child cannot be read: %i', async (status, kind) => {
    const refused = await serving(content, ({ path }) =>
      path.includes('manifests/sha256:a8727ea') ? errorReply(status, 'DENIED', 'no') : undefined,
    );
    expect(seen((await refused.open(refused.tagOf('sparse'))).rows)).toEqual([
      ['linux/amd64: notFound'],
      [`linux/arm64: ${kind}`],
    ]);
    expect(await detailsOf(refused, 'sparse')).toMatchObject({ platforms: [amd64, arm64] });
  });
});

describe('schema 1', () => {
  const content = reportedCase('03-signed-schema1');
  const digest = 'sha256:a50a2b6551ca8c964b7ac01dfd694d725b3e377e056cb648ef34d6870fc7b24a';

  it('is shown by the digest of what is signed', async () => {
    const registry = await serving(content);
    expect(await detailsOf(registry, 'v3')).toMatchObject({
      digest,
      type: 'image',
      platforms: [amd64],
      created: new Date('2018-02-03T04:05:06Z'),
    });
    const { rows } = await registry.open(registry.tagOf('v3'));
    expect(rows).toMatchObject([{ label: 'linux/amd64', image: { digest } }]);
  });

  it('is inspected', async () => {
    const { provider, tagOf } = await serving(content);
    const { image } = tagOf('v3');
    const inspected = await provider.content?.config(image, signal);
    if (inspected === undefined) throw new Error('It cannot read images');
    expect(describeImage(inspected, image)).toContain(
      'layer: sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
    );
    expect(describeImage(inspected, image)).toContain('# 1 layers, whose sizes it does not tell');
  });

  it('is deleted by that digest', async () => {
    const { provider, tagOf, deleted } = await serving(content);
    const preview = await provider.deletion?.image?.preview(tagOf('v3').image, ['v3'], () => undefined, signal);
    expect(preview).toMatchObject({ images: [{ digest, tags: ['v3'] }] });
    await provider.deletion?.image?.delete(tagOf('v3').image, digest, signal);
    expect(deleted).toEqual([digest]);
  });

  it('is refused where somebody added what is not signed', async () => {
    const { manifests } = content;
    const body = (manifests.v3?.body ?? '').replace('"architecture": "amd64"', '"architecture": "mips"');
    const forged = { ...content, manifests: { v3: { ...manifests.v3, body } } };
    await expect(detailsOf(await serving(forged), 'v3')).rejects.toMatchObject({ kind: 'malformed' });
    // What follows the signatures is not read, though it comes last.
    const added = (manifests.v3?.body ?? '').replace(/\n\}$/, ',\n"architecture": "mips"\n}');
    const more = { ...content, manifests: { v3: { ...manifests.v3, body: added } } };
    expect(await detailsOf(await serving(more), 'v3')).toMatchObject({ digest, platforms: [amd64] });
  });
});

describe('what is of an unknown kind', () => {
  const content = reportedCase('04-oci-artifact-manifest');
  const digest = 'sha256:c32b52e56da5dced01d07bcc0ea827c30134496378ff0250d89a5d616c3edfff';

  it('is shown with its type, opened, copied and deleted', async () => {
    const { provider, tagOf, deleted, ...registry } = await serving(content);
    const tag = tagOf('scan');
    expect(await detailsOf({ provider, tagOf, deleted, ...registry }, 'scan')).toMatchObject({
      digest,
      type: 'artifact',
      artifactType: 'vuln-scan',
      size: 15,
    });
    const manifest = await provider.content?.manifest(tag.image, signal);
    expect(Buffer.from(manifest?.bytes ?? []).toString()).toBe(content.manifests.scan?.body);
    expect(manifest?.digest).toBe(digest);
    expect(await provider.deletion?.image?.preview(tag.image, [tag.label], () => undefined, signal)).toMatchObject({
      images: [{ digest }],
    });
    await provider.deletion?.image?.delete(tag.image, digest, signal);
    expect(deleted).toEqual([digest]);
  });

  it('is a referrer like others, whose file opens', async () => {
    const { provider, open, tagOf } = await serving(content);
    const { rows } = await open(tagOf('1.0'));
    expect(seen(rows)).toEqual([['linux/amd64', 'vuln-scan']]);
    const [attachment] = rows[0]?.attachments ?? [];
    if (attachment === undefined) throw new Error('There is no scan');
    expect(Buffer.from((await provider.content?.attachment(attachment, signal)) ?? []).toString()).toBe(
      '{"findings":[]}',
    );
  });

  it.each([
    ['application/vnd.acme.thing+json', '{"anything":[1,2]}', 'application/vnd.acme.thing+json'],
    ['application/vnd.acme.thing', 'no JSON at all', 'application/vnd.acme.thing'],
    ['application/json', '{"mediaType":"application/vnd.acme.other.v2+json"}', 'application/vnd.acme.other.v2+json'],
    [manifestType, `{"schemaVersion":2,"mediaType":"${manifestType}","layers":[]}`, manifestType],
  ])('is any other thing that the registry holds: %s %s', async (contentType, body, type) => {
    const registry = await serving(and(content, { thing: { contentType, body } }));
    expect(await detailsOf(registry, 'thing')).toMatchObject({ type: 'artifact', artifactType: type });
    const preview = registry.provider.deletion?.image?.preview(
      registry.tagOf('thing').image,
      ['thing'],
      () => undefined,
      signal,
    );
    expect(await preview).toMatchObject({ images: [{ digest: digestOf(body), tags: ['thing'] }] });
  });

  it('is a row of the index that names it', async () => {
    const thing = { contentType: 'application/vnd.acme.thing+json', body: '{"a":1}' };
    const scan = content.manifests.scan;
    const mixed = indexOf([
      child(thing),
      child({ contentType: scan?.contentType ?? '', body: scan?.body ?? '' }),
      child({ contentType: manifestType, body: content.manifests['1.0']?.body ?? '' }),
    ]);
    const registry = await serving(and(content, { thing, mixed }));
    const { rows } = await registry.open(registry.tagOf('mixed'));
    expect(seen(rows)).toEqual([['application/vnd.acme.thing+json'], ['vuln-scan'], ['linux/amd64', 'vuln-scan']]);
    expect(await detailsOf(registry, 'mixed')).toMatchObject({ type: 'index', platforms: [amd64] });
  });

  it('is no page of some other server', async () => {
    const registry = await serving(content, ({ path }) =>
      path.includes('/manifests/scan') ? jsonReply(200, { error: 'maintenance' }) : undefined,
    );
    await expect(detailsOf(registry, 'scan')).rejects.toMatchObject({ kind: 'malformed' });
  });
});

interface Refusals {
  readonly answers: readonly {
    readonly who: string;
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: string;
  }[];
}

describe('a registry that refuses to list referrers', () => {
  const content = reportedCase('04-oci-artifact-manifest');
  const subject = 'e008c1dffad8a4dab3e351c44475cdc1cf4f87cbb079a99b3c88da915f3ad70e';
  const refusals = (readReported('05-referrers-refusals') as Refusals).answers;
  const others = [
    { who: 'a proxy', status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"ok":true}' },
    { who: 'nobody', status: 200, body: '' },
    {
      who: 'an error as a success',
      status: 200,
      headers: { 'Content-Type': 'application/json' },
      body: '{"errors":[{"code":"DENIED","message":"denied"}]}',
    },
    { who: 'one that wants a sign-in', status: 401, headers: { 'WWW-Authenticate': 'Basic realm="x"' }, body: '' },
    {
      who: 'a list with a hole',
      status: 200,
      headers: { 'Content-Type': indexType },
      body: '{"schemaVersion":2,"manifests":[null,{"digest":1}]}',
    },
  ];
  /** Where nothing tells that there is no such API, the reader is told that it could not be asked. */
  const isSaid = (status: number, body: string) => ![404, 406, 501].includes(status) && !body.includes('"manifests"');

  it.each([...refusals, ...others])(
    'opens its images all the same: $status of $who',
    async ({ status, headers, body }) => {
      const registry = await serving(content, ({ path }) =>
        path.includes('/referrers/') ? { status, ...(headers === undefined ? {} : { headers }), body } : undefined,
      );
      const { rows } = await registry.open(registry.tagOf('1.0'));
      expect(seen(rows)).toEqual([['linux/amd64']]);
      const { failure } = await registry.open(rows[0] ?? registry.tagOf('1.0'));
      if (isSaid(status, body))
        expect(report(failure, 'open')?.message).toContain('signatures and SBOMs could not be listed');
      else expect(failure).toBeUndefined();
    },
  );

  it.each(refusals.filter(({ body }) => !body.includes('"manifests"')))(
    'has its fallback tag read: $status of $who',
    async ({ status, headers, body }) => {
      const list = indexOf([
        {
          mediaType: manifestType,
          digest: digestOf(content.manifests.scan?.body ?? ''),
          size: 548,
          artifactType: 'vuln-scan',
        },
      ]);
      const registry = await serving(and(content, { [`sha256-${subject}`]: list }), ({ path }) =>
        path.includes('/referrers/') ? { status, ...(headers === undefined ? {} : { headers }), body } : undefined,
      );
      // Asked for directly: the tags were never listed here.
      expect(seen((await registry.open(registry.tagOf('1.0'))).rows)).toEqual([['linux/amd64', 'vuln-scan']]);
    },
  );
});

describe('a bundle of sigstore', () => {
  const content = readReported('06-sigstore-bundles') as Reported & { readonly withReferrersApi: unknown };
  const subject = 'sha256:e008c1dffad8a4dab3e351c44475cdc1cf4f87cbb079a99b3c88da915f3ad70e';
  const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

  it('is what its manifest says, where the list does not', async () => {
    const registry = await serving(content);
    expect(seen((await registry.open(registry.tagOf('1.0'))).rows)).toEqual([['linux/amd64', 'Provenance']]);
  });

  it('is what the list says', async () => {
    const registry = await serving({ ...content, referrers: { [subject]: content.withReferrersApi } });
    expect(seen((await registry.open(registry.tagOf('1.0'))).rows)).toEqual([['linux/amd64', 'Provenance']]);
    const asked = registry.server.requests.map(({ path }) => path);
    expect(asked).not.toContain(
      '/v2/team/app/manifests/sha256:eb71514e44f3d39151f380df3749803fde79f36123bf5dec87db1d3f9c7a5e8e',
    );
  });

  const bundle = (name: string, annotations: Readonly<Record<string, string>>, inside: object) => {
    const blob = JSON.stringify({ mediaType: bundleType, name, ...inside });
    const manifest = {
      contentType: manifestType,
      body: JSON.stringify({
        schemaVersion: 2,
        mediaType: manifestType,
        artifactType: bundleType,
        config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf('{}'), size: 2 },
        layers: [{ mediaType: bundleType, digest: digestOf(blob), size: blob.length }],
        annotations,
      }),
    };
    return { blob, manifest };
  };
  const stating = (predicateType: string) => ({
    dsseEnvelope: {
      payloadType: 'application/vnd.in-toto+json',
      payload: Buffer.from(JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', predicateType })).toString(
        'base64',
      ),
    },
  });
  const predicate = 'dev.sigstore.bundle.predicateType';

  it.each([
    ['https://sigstore.dev/cosign/sign/v1', 'Signature'],
    ['https://slsa.dev/provenance/v1', 'Provenance'],
    ['https://slsa.dev/provenance/v0.2', 'Provenance'],
    ['https://spdx.dev/Document/v2.3', 'SBOM (SPDX)'],
    ['https://cyclonedx.org/bom', 'SBOM (CycloneDX)'],
    ['https://cosign.sigstore.dev/attestation/vuln/v1', 'Vulnerability scan'],
    ['https://cosign.sigstore.dev/attestation/v1', 'Attestation'],
    ['https://slsa.dev/verification_summary/v1', 'Verification summary'],
    ['https://openvex.dev/ns/v0.2.0', 'VEX'],
    ['https://acme.test/tested', 'https://acme.test/tested'],
  ])('states %s wherever it says so', async (type, label) => {
    const told = bundle('manifest', { [predicate]: type }, {});
    const inside = bundle('inside', {}, stating(type));
    const list = {
      manifests: [
        child(told.manifest, { artifactType: bundleType, annotations: { [predicate]: type } }),
        child(told.manifest, { digest: digestOf(told.manifest.body), artifactType: bundleType }),
        child(inside.manifest, { artifactType: bundleType }),
      ],
    };
    for (const [at, one] of list.manifests.entries()) {
      const whole = and(content, { told: told.manifest, inside: inside.manifest });
      const blobs = { ...content.blobs, [digestOf(told.blob)]: told.blob, [digestOf(inside.blob)]: inside.blob };
      const referrers = { [subject]: { schemaVersion: 2, mediaType: indexType, manifests: [one] } };
      const registry = await serving({ ...whole, blobs, referrers });
      expect(seen((await registry.open(registry.tagOf('1.0'))).rows), String(at)).toEqual([['linux/amd64', label]]);
    }
  });

  it.each([
    ['its annotation', { 'dev.sigstore.bundle.content': 'message-signature' }, {}],
    ['itself', {}, { messageSignature: { signature: 'AA==' } }],
  ])('is a signature by %s', async (_what, annotations, inside) => {
    const signed = bundle('signed', annotations, inside);
    const registry = await serving({
      ...and(content, { signed: signed.manifest }),
      blobs: { ...content.blobs, [digestOf(signed.blob)]: signed.blob },
      referrers: { [subject]: { manifests: [child(signed.manifest, { artifactType: bundleType })] } },
    });
    expect(seen((await registry.open(registry.tagOf('1.0'))).rows)).toEqual([['linux/amd64', 'Signature']]);
  });

  it('is named as what it is where nothing tells more', async () => {
    const mute = bundle('mute', {}, { dsseEnvelope: { payload: 'bm90IEpTT04=' } });
    const registry = await serving({
      ...and(content, { mute: mute.manifest }),
      referrers: { [subject]: { manifests: [child(mute.manifest, { artifactType: bundleType })] } },
    });
    expect(seen((await registry.open(registry.tagOf('1.0'))).rows)).toEqual([['linux/amd64', 'Sigstore bundle']]);
  });

  it('of an SBOM stands below it', async () => {
    const sbom = bundle('sbom', { [predicate]: 'https://spdx.dev/Document/v2.3' }, {});
    const signature = bundle('signature', { [predicate]: 'https://sigstore.dev/cosign/sign/v1' }, {});
    const registry = await serving({
      ...and(content, { sbom: sbom.manifest, signature: signature.manifest }),
      referrers: {
        [subject]: { manifests: [child(sbom.manifest, { artifactType: bundleType })] },
        [digestOf(sbom.manifest.body)]: { manifests: [child(signature.manifest, { artifactType: bundleType })] },
      },
    });
    const { rows } = await registry.open(registry.tagOf('1.0'));
    expect(seen(rows)).toEqual([['linux/amd64', 'SBOM (SPDX)']]);
    expect(seen(rows[0]?.attachments ?? [])).toEqual([['SBOM (SPDX)', 'Signature']]);
  });

  it('of one of many SBOMs is asked for when its row is opened', async () => {
    const many = Array.from({ length: 60 }, (_none, at) =>
      bundle(String(at), { [predicate]: 'https://spdx.dev/Document', at: String(at) }, {}),
    );
    const signature = bundle('signature', { [predicate]: 'https://sigstore.dev/cosign/sign/v1' }, {});
    const named = Object.fromEntries(many.map(({ manifest }, at) => [`sbom${at}`, manifest]));
    const last = many.at(-1)?.manifest.body ?? '';
    const registry = await serving({
      ...and(content, { ...named, signature: signature.manifest }),
      referrers: {
        [subject]: {
          manifests: many.map(({ manifest }) =>
            child(manifest, { artifactType: bundleType, annotations: { [predicate]: 'https://spdx.dev/Document' } }),
          ),
        },
        [digestOf(last)]: { manifests: [child(signature.manifest, { artifactType: bundleType })] },
      },
    });
    const { rows } = await registry.open(registry.tagOf('1.0'));
    const attachments = rows[0]?.attachments ?? [];
    expect(attachments).toHaveLength(60);
    // The list, the image's manifest and config, and what describes the first twenty.
    expect(registry.server.requests.length).toBeLessThanOrEqual(30);
    const lastRow = attachments.find(({ image }) => image.digest === digestOf(last));
    expect(lastRow?.attachments).toBeUndefined();
    if (lastRow === undefined) throw new Error('There is no such row');
    expect(seen((await registry.open(lastRow)).rows)).toEqual([['Signature']]);
  });
});

describe('a config with a field of another type', () => {
  const content = reportedCase('07-config-of-wrong-types');

  it.each([
    ['entrypoint', 'config.Entrypoint'],
    ['cmd', 'config.Cmd'],
    ['exposed-ports', 'config.ExposedPorts'],
    ['label-null', 'config.Labels.a'],
    ['created-number', 'created'],
  ])('is the image’s own fault: %s', async (label, fault) => {
    const { provider, tagOf, open, ...registry } = await serving(content);
    const details = await detailsOf({ provider, tagOf, open, ...registry }, label);
    expect(details).toMatchObject({ type: 'image', platforms: [amd64], faults: [fault] });
    expect(details?.created).toEqual(label === 'created-number' ? undefined : created);
    expect(seen((await open(tagOf(label))).rows)).toEqual([['linux/amd64']]);
    const inspected = await provider.content?.config(tagOf(label).image, signal);
    if (inspected === undefined) throw new Error('It cannot read images');
    const text = describeImage(inspected, tagOf(label).image);
    expect(text).toContain(`notReadable:\n  - "${fault}"\n`);
    expect(text).toContain('platform: "linux/amd64"\n');
  });

  it.each([
    ['{"os":"linux","architecture":"amd64","history":[null,{"created_by":"RUN a"}]}', [], ['RUN a']],
    ['{"os":"linux","architecture":"amd64","history":["x",{"created_by":"RUN a"}]}', ['history.0'], ['RUN a']],
    ['{"os":"linux","architecture":"amd64","history":{"0":1}}', ['history'], []],
    ['{"os":"linux","architecture":"amd64","config":"x"}', ['config'], []],
    [
      '{"os":"linux","architecture":"amd64","config":{"Env":["A=1",null,2],"Labels":{"b":1,"c":"d"}}}',
      ['config.Env.1', 'config.Env.2', 'config.Labels.b'],
      ['A', 'c'],
    ],
    ['{"os":7,"architecture":"amd64"}', ['os'], []],
  ])('keeps the rest: %s', async (config, faults, kept) => {
    const body = JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
      layers: [],
    });
    const registry = await serving({
      ...and(content, { odd: { contentType: manifestType, body } }),
      blobs: { [digestOf(config)]: config },
    });
    const details = await detailsOf(registry, 'odd');
    expect(details?.faults ?? []).toEqual(faults);
    expect(details?.platforms.map(({ architecture }) => architecture)).toEqual(['amd64']);
    const inspected = await registry.provider.content?.config(registry.tagOf('odd').image, signal);
    if (inspected === undefined) throw new Error('It cannot read images');
    const text = describeImage(inspected, registry.tagOf('odd').image);
    for (const word of kept) expect(text).toContain(word);
  });
});

describe('a platform of no letters', () => {
  const content = reportedCase('08-empty-os-and-architecture');

  it('is none', async () => {
    const registry = await serving(content);
    const details = await detailsOf(registry, 'latest');
    expect(details).toMatchObject({ type: 'image', platforms: [] });
    expect(details).not.toHaveProperty('created');
    const { rows } = await registry.open(registry.tagOf('latest'));
    expect(rows).toMatchObject([{ kind: 'platform', label: 'unknown platform' }]);
    expect(rows[0]).not.toHaveProperty('platform');
    const inspected = await registry.provider.content?.config(registry.tagOf('latest').image, signal);
    if (inspected === undefined) throw new Error('It cannot read images');
    expect(describeImage(inspected, registry.tagOf('latest').image)).not.toContain('platform:');
  });
});

describe('an image stored by sha512', () => {
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: 'application/vnd.acme.config+json', digest: digestOf('{}'), size: 2 },
    layers: [],
  });
  const digest = `sha512:${createHash('sha512').update(body).digest('hex')}`;
  const tag = `sha512-${digest.slice('sha512:'.length).slice(0, 64)}`;
  const list = indexOf([
    { mediaType: manifestType, digest: digestOf('{}'), size: 2, artifactType: 'application/vnd.cncf.notary.signature' },
  ]);
  const image = { contentType: manifestType, body, 'Docker-Content-Digest': digest };
  const content = and({ manifests: { '1.0': image, [digest]: image }, blobs: {} }, { [tag]: list });

  it('has what describes it under a tag that is cut off, and is no row', async () => {
    const registry = await serving(content);
    const repository = { kind: 'repository', label: 'team/app', image: { ...registry.tagOf('1.0').image } } as const;
    const { items } = await registry.provider.list(repository, undefined, signal);
    expect(items.map(({ label }) => label)).toEqual(['1.0']);
    expect(await detailsOf(registry, '1.0')).toMatchObject({ digest, type: 'artifact' });
    expect(seen((await registry.open(registry.tagOf('1.0'))).rows)).toEqual([['Signature']]);
  });
});
