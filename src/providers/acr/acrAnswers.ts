import { z } from 'zod/mini';

/** https://github.com/Azure/azure-rest-api-specs/blob/main/specification/containerregistry/data-plane/Microsoft.ContainerRegistry/preview/2019-08-15/containerregistry.json */
const attributes = z.object({ deleteEnabled: z.nullish(z.boolean()), writeEnabled: z.nullish(z.boolean()) });

const tag = z.object({
  name: z.string(),
  digest: z.string(),
  createdTime: z.nullish(z.string()),
  lastUpdateTime: z.nullish(z.string()),
  changeableAttributes: z.nullish(attributes),
});

const manifest = z.object({
  digest: z.string(),
  imageSize: z.nullish(z.number()),
  createdTime: z.nullish(z.string()),
  architecture: z.nullish(z.string()),
  os: z.nullish(z.string()),
  mediaType: z.nullish(z.string()),
  configMediaType: z.nullish(z.string()),
  changeableAttributes: z.nullish(attributes),
});

export const tagsAnswer = z.object({ tags: z.nullish(z.array(tag)) });
export const tagAnswer = z.object({ tag });
export const manifestsAnswer = z.object({ manifests: z.nullish(z.array(manifest)) });
export const manifestAnswer = z.object({ manifest });
const locked = z.object({ changeableAttributes: z.nullish(attributes) });
/** The attributes of a repository, a tag or a manifest. */
export const attributesAnswer = z.extend(locked, { tag: z.nullish(locked), manifest: z.nullish(locked) });
export const repositoryAnswer = z.object({
  manifestCount: z.nullish(z.number()),
  tagCount: z.nullish(z.number()),
});
/** https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md */
export const refreshTokenAnswer = z.object({ refresh_token: z.string().check(z.minLength(1)) });
export const accessTokenAnswer = z.object({
  access_token: z.nullish(z.string()),
  token: z.nullish(z.string()),
  expires_in: z.nullish(z.number()),
});

export type AttributesAnswer = z.infer<typeof attributes>;
export type TagAnswer = z.infer<typeof tag>;
export type ManifestAnswer = z.infer<typeof manifest>;
