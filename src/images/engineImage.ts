import { z } from 'zod/mini';
import { defined } from '../core/defined';
import { platformOf } from '../core/manifest';
import { imageConfigAnswer } from '../core/schemas';
import { tolerate } from '../core/tolerant';
import { instructionOf } from './buildSteps';
import { factsOfConfig } from './imageFacts';
import type { BuildStep, ImageFacts } from './imageFacts';

/** What an engine tells of a step. */
interface EngineStep {
  readonly createdBy: string;
  readonly comment: string;
  readonly created?: Date;
  readonly size: number;
}

const present = z.nullish;

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageInspect */
const inspectAnswer = z.object({
  RepoDigests: present(z.array(z.string())),
  Created: present(z.string()),
  Author: present(z.string()),
  Architecture: present(z.string()),
  Variant: present(z.string()),
  Os: present(z.string()),
  OsVersion: present(z.string()),
  Size: present(z.number()),
  Config: imageConfigAnswer.shape.config,
  RootFS: present(z.object({ Layers: present(z.array(z.string())) })),
});

/**
 * The facts of an image in an engine, from its own description. `id`: of the image; `steps`: from the first. Engines name layers by
 * their unpacked content, and give sizes unpacked.
 */
export function factsOfEngineImage(id: string, description: unknown, steps: readonly EngineStep[]): ImageFacts {
  // It is changed where it has fields of the wrong type.
  const read = tolerate(inspectAnswer, structuredClone(description));
  const answer = read?.value ?? {};
  const platform = platformOf({
    os: answer.Os,
    architecture: answer.Architecture,
    variant: answer.Variant,
    'os.version': answer.OsVersion,
  });
  const bytes = answer.Size ?? undefined;
  const config = { created: answer.Created, author: answer.Author, config: answer.Config };
  return {
    ...defined({ digest: digestIn(answer.RepoDigests ?? []), platform }),
    configDigest: id,
    ...(bytes === undefined ? {} : { size: { bytes, isUnpacked: true } }),
    ...factsOfConfig(config, {}),
    annotations: {},
    steps: steps.map(({ createdBy, comment, created, size }): BuildStep => ({
      ...instructionOf({ created_by: createdBy, comment }),
      ...(size === 0 ? {} : { layer: { size } }),
      ...defined({ created }),
    })),
    layers: (answer.RootFS?.Layers ?? []).map((diffId) => ({ diffId })),
    faults: read?.faults ?? ['image'],
  };
}

/** The digest in a registry, if all names agree on it. */
function digestIn(names: readonly string[]): string | undefined {
  const digests = new Set(names.flatMap((name) => name.split('@')[1] ?? []));
  return digests.size === 1 ? [...digests][0] : undefined;
}
