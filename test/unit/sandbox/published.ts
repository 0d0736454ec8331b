import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv } from 'ajv';

/**
 * What the sandbox answers is what is published: schemas of github/api.github.com-packages.json (from @octokit/openapi
 * 23.0.2), docker-hub/hub-latest.docsdevbr.yaml (docker/docs) and Azure/azure-rest-api-specs
 * containerregistry/data-plane/Microsoft.ContainerRegistry/preview/2019-08-15, Microsoft.Resources/stable/2020-01-01 and
 * Microsoft.ContainerRegistry/preview/2021-06-01-preview (with what the examples of 2025-11-01 have besides), each without its
 * prose and examples.
 */
export function published(fixture: string) {
  const schemas = JSON.parse(readFileSync(resolve(import.meta.dirname, 'fixtures', fixture), 'utf8')) as Readonly<
    Record<string, object>
  >;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  for (const [name, schema] of Object.entries(schemas)) ajv.addSchema(schema, name);
  return (name: string, value: unknown): string => {
    ajv.validate(name, value);
    return ajv.errorsText();
  };
}
