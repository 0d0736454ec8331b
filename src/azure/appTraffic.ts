import type { Ingress, TrafficWeight } from '@azure/arm-appcontainers';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { defined } from '../core/defined';
import { labelsVersion } from './apiVersions';
import { property } from './arm';
import type { TrafficShare } from './azure';

/** What the service has nothing to say of it tells as null, which the SDK's types leave out. */
type Loose<T> = { readonly [K in keyof T]?: T[K] | null };

/** https://learn.microsoft.com/en-us/azure/container-apps/traffic-splitting */
export function trafficOf(ingress: Loose<Ingress> | null | undefined): readonly TrafficShare[] {
  if (ingress === undefined || ingress === null) return [];
  const traffic: readonly Loose<TrafficWeight>[] = ingress.traffic ?? [];
  if (traffic.length === 0) return [{ weight: 100 }];
  return traffic.map(({ weight, revisionName, latestRevision, label }) => {
    const revision = latestRevision === true ? '' : (revisionName ?? '');
    return {
      weight: weight ?? 0,
      ...(revision === '' ? {} : { revision }),
      ...((label ?? '') === '' ? {} : { label: label ?? '' }),
    };
  });
}

/** All of it to the newest revision. Those with a label keep it, and so the address that it stands for. */
export function allToNewest(traffic: readonly TrafficShare[]): TrafficWeight[] {
  const labelled = traffic.flatMap(({ revision, label }) =>
    revision === undefined || label === undefined ? [] : [{ revisionName: revision, label, weight: 0 }],
  );
  const label = traffic.find(({ revision }) => revision === undefined)?.label;
  return [...labelled, { latestRevision: true, weight: 100, ...defined({ label }) }];
}

/** Has a patch name the label that the new revision takes: the SDK leaves out what its version of the service does not know. */
export function labelPolicy(targetLabel: string): PipelinePolicy {
  return {
    name: 'registryExplorerLabel',
    sendRequest: (request, next) => {
      if (request.method === 'PATCH' && typeof request.body === 'string') {
        const body: unknown = JSON.parse(request.body);
        const properties = property(body, 'properties');
        const configuration = { ...asObject(property(properties, 'configuration')), targetLabel };
        request.body = JSON.stringify({ ...asObject(body), properties: { ...asObject(properties), configuration } });
        const url = new URL(request.url);
        url.searchParams.set('api-version', labelsVersion);
        request.url = url.href;
      }
      return next(request);
    },
  };
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
