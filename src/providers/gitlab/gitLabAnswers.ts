import { z } from 'zod/mini';

/** The fields of GitLab's answers that are used: https://docs.gitlab.com/api/projects/ https://docs.gitlab.com/api/container_registry/ */

export const userAnswer = z.object({ username: z.string() });

export const projectAnswer = z.object({
  id: z.number(),
  path_with_namespace: z.string(),
  archived: z.nullish(z.boolean()),
  /** `registry.gitlab.com/group/project`; absent if the server has no registry. */
  container_registry_image_prefix: z.nullish(z.string()),
  /** `enabled`, `private` or `disabled`; absent before GitLab 14.2. */
  container_registry_access_level: z.nullish(z.string()),
  /** Whether this account may use it. */
  container_registry_enabled: z.nullish(z.boolean()),
});
export type ProjectAnswer = z.infer<typeof projectAnswer>;

export const projectsAnswer = z.array(projectAnswer);

export const repositoriesAnswer = z.array(
  z.object({
    id: z.number(),
    /** `registry.gitlab.com/group/project/image` */
    location: z.string(),
    /** `delete_scheduled`, `delete_ongoing`, `delete_failed`, or nothing. */
    status: z.nullish(z.string()),
  }),
);

/** https://docs.gitlab.com/api/container_registry/#get-details-of-a-registry-repository-tag */
export const tagAnswer = z.object({ digest: z.nullish(z.string()) });

export const countAnswer = z.object({ tags_count: z.number() });

/** A refusal with the scopes, each of which would be enough and is missing. */
export const scopeAnswer = z.object({ error: z.literal('insufficient_scope'), scope: z.string() });
