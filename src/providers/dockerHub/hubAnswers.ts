import { z } from 'zod/mini';

/** The fields of Docker Hub's answers that are used: https://docs.docker.com/reference/api/hub/latest/ */

/** A field that may be null or absent. */
const maybe = <T extends z.core.$ZodType>(schema: T) => z.nullish(schema);

const paged = <T extends z.core.$ZodType>(result: T) =>
  z.object({ next: maybe(z.string()), results: maybe(z.array(result)) });

export const tokenAnswer = z.object({ access_token: z.string() });

export const repositoriesAnswer = paged(z.object({ name: z.string(), last_updated: maybe(z.string()) }));

/** https://docs.docker.com/reference/api/hub/latest/schemas/immutable_tags_settings.md */
const immutableTags = z.object({ enabled: maybe(z.boolean()), rules: maybe(z.array(z.string())) });
export type ImmutableTags = z.infer<typeof immutableTags>;
export const repositoryAnswer = z.object({ immutable_tags_settings: maybe(immutableTags) });

const tag = z.object({
  name: z.string(),
  digest: maybe(z.string()),
  media_type: maybe(z.string()),
  content_type: maybe(z.string()),
  full_size: maybe(z.number()),
  last_updated: maybe(z.string()),
  tag_last_pushed: maybe(z.string()),
  images: maybe(
    z.array(
      z.object({
        os: maybe(z.string()),
        architecture: maybe(z.string()),
        variant: maybe(z.string()),
        os_version: maybe(z.string()),
        digest: maybe(z.string()),
        size: maybe(z.number()),
      }),
    ),
  ),
});
export const tagAnswer = tag;
export type TagAnswer = z.infer<typeof tag>;
export const tagsAnswer = paged(tag);

/** Docker does not document these lists; its own tools use them. */
export const organizationsAnswer = paged(z.object({ orgname: z.string() }));
export const namespacesAnswer = z.object({ namespaces: maybe(z.array(z.string())) });
export const searchAnswer = paged(
  z.object({
    repo_name: z.string(),
    short_description: maybe(z.string()),
    star_count: maybe(z.number()),
    pull_count: maybe(z.number()),
    is_official: maybe(z.boolean()),
  }),
);
