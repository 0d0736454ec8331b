import { t } from '@vscode/l10n';
import { z } from 'zod/mini';
import { hasTooManyParts } from './bounds';
import { Failure } from './failure';
import type { HttpResponse } from './http';
import { digestPattern } from './reference';

/**
 * Schemas of registries' answers, with only the fields that are used. Optional fields may be wrong in answers of lenient servers;
 * required fields may not.
 */

/** Some servers write `null` for an absent field. */
const present = z.nullish;

export const tokenAnswer = z.object({
  token: present(z.string()),
  access_token: present(z.string()),
  expires_in: present(z.unknown()),
});

/** An empty registry or repository may send `null` or no list. An answer with only other fields is not an empty list. */
export const catalogAnswer = z
  .looseObject({ repositories: present(z.array(z.string())) })
  .check(z.refine((answer) => isAbout(answer, 'repositories'), 'lists no repositories'));
export const tagsAnswer = z
  .looseObject({ name: z.optional(z.unknown()), tags: present(z.array(z.string())) })
  .check(z.refine((answer) => isAbout(answer, 'tags', 'name'), 'lists no tags'));
export type TagsAnswer = z.infer<typeof tagsAnswer>;

function isAbout(answer: object, ...fields: readonly string[]): boolean {
  const found = Object.keys(answer);
  return found.length === 0 || fields.some((field) => found.includes(field));
}

const platform = z.object({
  os: present(z.string()),
  architecture: present(z.string()),
  variant: present(z.string()),
  'os.version': present(z.string()),
});

const annotations = present(z.record(z.string(), z.string()));

/** A digest of any algorithm. */
export const digestAnswer = z.string().check(z.regex(digestPattern));

const descriptor = z.object({
  mediaType: present(z.string()),
  digest: digestAnswer,
  size: z.number().check(z.minimum(0)),
  annotations,
  artifactType: present(z.string()),
  platform: present(platform),
});
export type DescriptorAnswer = z.infer<typeof descriptor>;

/** https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md, manifest.md, and Docker's twins of both. */
export const manifestAnswer = z.object({
  schemaVersion: present(z.number()),
  mediaType: present(z.string()),
  artifactType: present(z.string()),
  manifests: present(z.array(descriptor)),
  config: present(descriptor),
  layers: present(z.array(descriptor)),
  // From the artifact manifests that were planned for OCI 1.1: https://github.com/opencontainers/image-spec/blob/v1.1.0-rc4/artifact.md
  blobs: present(z.array(descriptor)),
  annotations,
  // Schema 1, which old registries still hold: https://distribution.github.io/distribution/spec/deprecated-schema-v1/
  architecture: present(z.string()),
  fsLayers: present(z.array(z.object({ blobSum: digestAnswer }))),
  history: present(z.array(present(z.object({ v1Compatibility: present(z.string()) })))),
});
export type ManifestAnswer = z.infer<typeof manifestAnswer>;

/** Schema 1 with signatures. The first contains `signedPart` as base64url: which part of the manifest is signed. */
export const signedManifest = z.object({
  schemaVersion: z.literal(1),
  signatures: z.tuple([z.object({ protected: z.string() })], z.unknown()),
});
export const signedPart = z.object({ formatLength: z.int().check(z.minimum(0)), formatTail: z.string() });

/** Times in nanoseconds. */
const healthcheck = z.object({
  Test: present(z.array(z.string())),
  Interval: present(z.number()),
  Timeout: present(z.number()),
  StartPeriod: present(z.number()),
  Retries: present(z.number()),
});

/** https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md */
export const imageConfigAnswer = z.object({
  created: present(z.string()),
  author: present(z.string()),
  architecture: present(z.string()),
  variant: present(z.string()),
  os: present(z.string()),
  'os.version': present(z.string()),
  config: present(
    z.object({
      User: present(z.string()),
      ExposedPorts: present(z.record(z.string(), z.unknown())),
      Env: present(z.array(z.string())),
      Entrypoint: present(z.array(z.string())),
      Cmd: present(z.array(z.string())),
      Volumes: present(z.record(z.string(), z.unknown())),
      WorkingDir: present(z.string()),
      Labels: present(z.record(z.string(), z.string())),
      StopSignal: present(z.string()),
      Shell: present(z.array(z.string())),
      // Docker's own: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageInspect
      Healthcheck: present(healthcheck),
    }),
  ),
  rootfs: present(z.object({ diff_ids: present(z.array(z.string())) })),
  // An unreadable step keeps its place, because the order connects steps with layers.
  history: present(
    z.array(
      present(
        z.object({
          created: present(z.string()),
          created_by: present(z.string()),
          comment: present(z.string()),
          empty_layer: present(z.boolean()),
        }),
      ),
    ),
  ),
});
export type ImageConfigAnswer = z.infer<typeof imageConfigAnswer>;

/** The text in a history step of schema 1: the config of that step, and the command that made the layer. */
export const v1Compatibility = z.object({
  ...imageConfigAnswer.shape,
  container_config: present(z.object({ Cmd: present(z.array(z.string())) })),
});

type Answered = Pick<HttpResponse, 'body' | 'url' | 'headers'>;

/** Parses a JSON body by a schema. Throws a Failure of kind `malformed` that says what was found instead. */
export function decodeJson<T extends z.core.$ZodType>(schema: T, response: Answered): z.output<T> {
  const value = parseJson(response);
  const parsed = check(schema, value);
  if (!parsed.success) {
    const issue = parsed.error?.issues[0];
    const why =
      issue === undefined
        ? t('its answer has an unexpected JSON format')
        : t('its answer has an unexpected JSON format: {0}', [...issue.path, issue.message].join(' '));
    const subject = new URL(response.url).host;
    throw new Failure('malformed', why, { subject }, { cause: parsed.error });
  }
  return parsed.data;
}

/** Parses a JSON body of any shape. Throws a Failure of kind `malformed` for other bodies. */
export function parseJson(response: Answered): unknown {
  const subject = new URL(response.url).host;
  if (hasTooManyParts(response.body)) throw new Failure('malformed', t('its answer has too many parts'), { subject });
  try {
    return parseUtf8(response.body);
  } catch (cause) {
    const type = response.headers['content-type'];
    const found =
      response.body.length === 0
        ? t('its answer is empty')
        : /html/i.test(type ?? '')
          ? t('it answered with a web page')
          : t('its answer is not JSON');
    throw new Failure('malformed', type === undefined ? found : `${found} (${type})`, { subject }, { cause });
  }
}

/** The value of a JSON text in UTF-8; undefined when it is not JSON, or has too many parts. */
export function jsonIn(bytes: Uint8Array): unknown {
  if (hasTooManyParts(bytes)) return undefined;
  try {
    return parseUtf8(bytes);
  } catch {
    return undefined;
  }
}

function parseUtf8(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

/** As zod's safeParse, which throws a RangeError when it finds too many errors for the stack. */
export function check<T extends z.core.$ZodType>(
  schema: T,
  value: unknown,
):
  | { readonly success: true; readonly data: z.output<T> }
  | { readonly success: false; readonly error?: z.core.$ZodError } {
  try {
    return z.safeParse(schema, value);
  } catch (error) {
    if (error instanceof RangeError) return { success: false };
    throw error;
  }
}
