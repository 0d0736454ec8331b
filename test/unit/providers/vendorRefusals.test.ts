import { expect, it, onTestFinished } from 'vitest';
import type { Repository, Tag } from '../../../src/core/model';
import { generic } from '../../../src/providers/generic/genericType';
import { report } from '../../../src/ui/report';
import { buildImage } from '../../sandbox/images';
import { jsonReply } from '../../sandbox/serve';
import { startV2Server } from '../../sandbox/v2Server';
import { failing } from '../failing';
import { contextOf } from '../providerContext';

const { signal } = new AbortController();

/** Refusals of registries without the codes of the specification. */
it.each([
  [
    'Harbor, whose policy keeps an image back',
    /manifests/,
    jsonReply(412, {
      errors: [
        {
          code: 'PROJECTPOLICYVIOLATION',
          message: 'current image with 3 vulnerabilities cannot be pulled due to configured policy',
        },
      ],
    }),
    'the registry says “current image with 3 vulnerabilities cannot be pulled due to configured policy” (412).',
  ],
  [
    'ECR Public, which lists no tags',
    /tags\/list/,
    jsonReply(404, { errors: [{ code: 'NOT_FOUND', message: 'Not Found' }] }),
    'the registry says “Not Found” (404).',
  ],
  ['Red Hat, in plain text', /manifests/, { status: 404, body: 'Not found\n' }, 'the registry says “Not found” (404).'],
  [
    'Quay, which takes no password',
    /tags\/list/,
    jsonReply(401, { error: 'Invalid bearer token format' }),
    'the registry says “Invalid bearer token format” (401).',
  ],
])('says what %s says', async (_who, path, reply, words) => {
  const server = await startV2Server({ repositories: [{ name: 'team/app', tags: { a: buildImage() } }] });
  onTestFinished(() => server.stop());
  server.fail(path, reply);
  const provider = generic.open(
    { id: 'x', provider: 'generic', label: 'X', url: server.url, signIn: { kind: 'anonymous' } },
    contextOf({ kind: 'anonymous' }),
  );
  const image = { host: new URL(server.url).host, path: 'team/app' };
  const repository: Repository = { kind: 'repository', label: 'team/app', image };
  const tag: Tag = { kind: 'tag', label: 'a', image: { ...image, tag: 'a' } };
  const asked = path.test('/manifests/')
    ? provider.details?.(tag, signal)
    : provider.list(repository, undefined, signal);
  expect(report(await failing(asked ?? Promise.resolve()), 'read it')?.message).toBe(`Could not read it: ${words}`);
});
