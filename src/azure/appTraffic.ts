import type { Ingress, TrafficWeight } from '@azure/arm-appcontainers';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { defined } from '../core/defined';
import { labelsVersion } from './apiVersions';
import { propertyOf } from './arm';
import type { TrafficShare } from './azure';

/** The service sends null for fields that are not set; the SDK's types do not say so. */
type Nullable<T> = { readonly [K in keyof T]?: T[K] | null };

/** The shares of an app's traffic; empty without ingress. https://learn.microsoft.com/en-us/azure/container-apps/traffic-splitting */
export function trafficOf(ingress: Nullable<Ingress> | null | undefined): readonly TrafficShare[] {
  if (ingress === undefined || ingress === null) return [];
  const traffic: readonly Nullable<TrafficWeight>[] = ingress.traffic ?? [];
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

/** All traffic to the newest revision. Other revisions keep their labels, so that the addresses of these labels still work. */
export function trafficToNewest(traffic: readonly TrafficShare[]): TrafficWeight[] {
  const labelled = traffic.flatMap(({ revision, label }) =>
    revision === undefined || label === undefined ? [] : [{ revisionName: revision, label, weight: 0 }],
  );
  const label = traffic.find(({ revision }) => revision === undefined)?.label;
  return [...labelled, { latestRevision: true, weight: 100, ...defined({ label }) }];
}

/** Adds the label for the new revision to a patch: the SDK drops this field, because its API version does not know it. */
export function labelPolicy(targetLabel: string): PipelinePolicy {
  return {
    name: 'registryExplorerLabel',
    sendRequest: (request, next) => {
      if (request.method === 'PATCH' && typeof request.body === 'string') {
        const body: unknown = JSON.parse(request.body);
        const properties = propertyOf(body, 'properties');
        const configuration = { ...asObject(propertyOf(properties, 'configuration')), targetLabel };
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
