import { z } from 'zod/mini';

/** The fields of GitHub's answers that are used: https://docs.github.com/en/rest/packages/packages */

export const userAnswer = z.object({ login: z.string() });

export const organizationsAnswer = z.array(z.object({ login: z.string() }));

export const packagesAnswer = z.array(
  z.object({ name: z.string(), html_url: z.nullish(z.string()), updated_at: z.nullish(z.string()) }),
);

export const versionsAnswer = z.array(
  z.object({
    id: z.number(),
    /** The digest of the manifest. */
    name: z.string(),
    html_url: z.nullish(z.string()),
    updated_at: z.nullish(z.string()),
    metadata: z.nullish(z.object({ container: z.nullish(z.object({ tags: z.nullish(z.array(z.string())) })) })),
  }),
);
