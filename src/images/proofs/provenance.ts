import { z } from 'zod/mini';
import { defined } from '../../core/defined';
import { dateOf } from '../../core/manifest';
import { tolerate } from '../../core/tolerant';

/**
 * What an image was built from, by whom and when, as its builder says: SLSA provenance v0.2 and v1, with what BuildKit adds.
 * https://slsa.dev/spec/v0.2/provenance, https://slsa.dev/spec/v1.0/provenance,
 * https://github.com/moby/buildkit/blob/v0.25.0/docs/attestations/slsa-definitions.md
 */
export interface Provenance {
  /** The web address of the source, without credentials. */
  readonly repository?: string;
  readonly commit?: string;
  /** `refs/heads/main`. */
  readonly ref?: string;
  /** The path of the workflow or Dockerfile that the build began with. */
  readonly entryPoint?: string;
  /** A URI. */
  readonly builder?: string;
  readonly buildType?: string;
  /** The page of the build, where the builder gives one. */
  readonly invocation?: string;
  readonly started?: Date;
  readonly finished?: Date;
  /** Other images, sources and files that went into it. */
  readonly materials: readonly Material[];
}

interface Material {
  /** Images are package URLs: `pkg:docker/alpine@3.17`. */
  readonly uri: string;
  /** `sha256:…` */
  readonly digest?: string;
  readonly isImage: boolean;
}

const mostMaterials = 1000;

const text = z.nullish(z.string());
const digests = z.nullish(z.record(z.string(), z.string()));
const source = z.object({ uri: text, digest: digests });
const vcs = z.nullish(z.object({ source: text, revision: text }));

const v1 = z.object({
  buildDefinition: z.object({
    buildType: text,
    externalParameters: z.nullish(
      z.object({
        workflow: z.nullish(z.object({ ref: text, repository: text, path: text })),
        configSource: z.nullish(z.object({ ...source.shape, path: text })),
        // Of builders that say where the source is in the words of the older version.
        source: z.nullish(source),
      }),
    ),
    resolvedDependencies: z.nullish(z.array(source)),
  }),
  runDetails: z.nullish(
    z.object({
      builder: z.nullish(z.object({ id: text })),
      metadata: z.nullish(
        z.object({
          invocationId: text,
          invocationID: text,
          startedOn: text,
          finishedOn: text,
          buildkit_metadata: z.nullish(z.object({ vcs })),
        }),
      ),
    }),
  ),
});

/** What BuildKit adds to the metadata of v0.2. */
const buildKitMetadata = 'https://mobyproject.org/buildkit@v1#metadata';
const v02 = z.object({
  builder: z.nullish(z.object({ id: text })),
  buildType: text,
  invocation: z.nullish(z.object({ configSource: z.nullish(z.object({ ...source.shape, entryPoint: text })) })),
  metadata: z.nullish(
    z.object({
      buildInvocationId: text,
      buildInvocationID: text,
      buildStartedOn: text,
      buildFinishedOn: text,
      [buildKitMetadata]: z.nullish(z.object({ vcs })),
    }),
  ),
  materials: z.nullish(z.array(source)),
});

type Source = z.infer<typeof source>;

/** Reads the predicate of a statement; undefined when it is no provenance of a known version. Changes `predicate`. */
export function readProvenance(predicateType: string, predicate: unknown): Provenance | undefined {
  if (/^https:\/\/slsa\.dev\/provenance\/v1(?:\.\d+)?$/.test(predicateType)) return readV1(predicate);
  if (/^https:\/\/slsa\.dev\/provenance\/v0\.[12]$/.test(predicateType)) return readV02(predicate);
  return undefined;
}

function readV1(predicate: unknown): Provenance | undefined {
  const read = tolerate(v1, predicate)?.value;
  if (read === undefined) return undefined;
  const { buildType, externalParameters, resolvedDependencies } = read.buildDefinition;
  const { workflow, configSource, source: named } = externalParameters ?? {};
  const { builder, metadata } = read.runDetails ?? {};
  const dependencies = resolvedDependencies ?? [];
  const asked = placeOf(workflow?.repository) ?? placeOf(configSource?.uri) ?? placeOf(named?.uri);
  const said = metadata?.buildkit_metadata?.vcs;
  const place = asked ?? placeOf(said?.source);
  return provenanceOf({
    repository: place?.repository,
    commit: commitIn([configSource, named]) ?? commitOf(dependencies, asked?.repository) ?? said?.revision,
    ref: workflow?.ref ?? place?.ref,
    entryPoint: workflow?.path ?? configSource?.path,
    builder: builder?.id,
    buildType,
    invocation: metadata?.invocationId ?? metadata?.invocationID,
    started: metadata?.startedOn,
    finished: metadata?.finishedOn,
    materials: dependencies,
  });
}

function readV02(predicate: unknown): Provenance | undefined {
  const read = tolerate(v02, predicate)?.value;
  if (read === undefined) return undefined;
  const { builder, buildType, invocation, metadata } = read;
  const configSource = invocation?.configSource;
  const materials = read.materials ?? [];
  const asked = placeOf(configSource?.uri);
  const said = metadata?.[buildKitMetadata]?.vcs;
  const place = asked ?? placeOf(said?.source);
  return provenanceOf({
    repository: place?.repository,
    commit: commitIn([configSource]) ?? commitOf(materials, asked?.repository) ?? said?.revision,
    ref: place?.ref,
    entryPoint: configSource?.entryPoint,
    builder: builder?.id,
    buildType,
    invocation: metadata?.buildInvocationId ?? metadata?.buildInvocationID,
    started: metadata?.buildStartedOn,
    finished: metadata?.buildFinishedOn,
    materials,
  });
}

type Text = string | null | undefined;

/** Empty texts are left out, and an invocation that is no page. */
function provenanceOf(said: {
  readonly repository: Text;
  readonly commit: Text;
  readonly ref: Text;
  readonly entryPoint: Text;
  readonly builder: Text;
  readonly buildType: Text;
  readonly invocation: Text;
  readonly started: Text;
  readonly finished: Text;
  readonly materials: readonly Source[];
}): Provenance {
  const orNothing = (value: Text) => (value === '' || value === null ? undefined : value);
  return {
    ...defined({
      repository: orNothing(said.repository),
      commit: orNothing(said.commit),
      ref: orNothing(said.ref),
      entryPoint: orNothing(said.entryPoint),
      builder: orNothing(said.builder),
      buildType: orNothing(said.buildType),
      invocation: webPage(said.invocation ?? ''),
      started: dateOf(said.started),
      finished: dateOf(said.finished),
    }),
    materials: said.materials.slice(0, mostMaterials).flatMap(materialOf),
  };
}

function materialOf({ uri, digest }: Source): readonly Material[] {
  if (uri === null || uri === undefined || uri === '') return [];
  const [algorithm, hash] = Object.entries(digest ?? {})[0] ?? [];
  const known = algorithm === undefined || hash === undefined ? {} : { digest: `${algorithm}:${hash}` };
  return [{ uri: withoutCredentials(uri), ...known, isImage: /^pkg:(?:docker|oci)\//.test(uri) }];
}

function commitIn(sources: readonly (Source | null | undefined)[]): string | undefined {
  for (const each of sources) {
    const commit = each?.digest?.gitCommit ?? each?.digest?.sha1;
    if (commit !== undefined) return commit;
  }
  return undefined;
}

/** Of the dependency that is the repository itself. */
function commitOf(dependencies: readonly Source[], repository: string | undefined): string | undefined {
  if (repository === undefined) return undefined;
  return commitIn(dependencies.filter(({ uri }) => placeOf(uri)?.repository === repository));
}

interface Place {
  readonly repository: string;
  readonly ref?: string;
}

/**
 * Where a source is: `git+https://host/path@ref` (SPDX), `https://host/path.git#ref:folder` (BuildKit), or as git clones it,
 * `git@host:path`. Undefined when it is nowhere on the web.
 */
function placeOf(uri: Text): Place | undefined {
  const written = (uri ?? '').slice(0, 2000).replace(/^git\+/, '');
  const [whole = '', fragment = ''] = written.split('#', 2);
  const [, address = '', refBehind] = /^(.*?)@(refs\/.*)$/.exec(whole) ?? [undefined, whole];
  const [, host, path] = /^(?:ssh:\/\/)?git@([\w.-]+)[:/](.+)$/.exec(address) ?? [];
  const page = webPage(host === undefined || path === undefined ? address : `https://${host}/${path}`);
  if (page === undefined) return undefined;
  const repository = page.replace(/\/$/, '').replace(/\.git$/, '');
  const ref = refBehind ?? fragment.split(':', 1)[0];
  return ref ? { repository, ref } : { repository };
}

/** The address of a page on the web, without credentials; undefined for any other text. */
function webPage(written: string): string | undefined {
  if (!/^https?:\/\//.test(written) || !URL.canParse(written)) return undefined;
  return withoutCredentials(written);
}

function withoutCredentials(uri: string): string {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || (url.username === '' && url.password === '')) return uri;
  url.username = '';
  url.password = '';
  return url.href;
}
