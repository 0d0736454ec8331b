import type { Ingress, TrafficWeight } from '@azure/arm-appcontainers';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { property } from './arm';
import type { TrafficShare } from './azure';

/** Knows labels of revisions that are to come, which no stable version of the service does (looked up in November 2026). */
const previewVersion = '2025-10-02-preview';

/** https://learn.microsoft.com/en-us/azure/container-apps/traffic-splitting */
export function trafficOf(ingress: Ingress | null | undefined): readonly TrafficShare[] {
  if (ingress === undefined || ingress === null) return [];
  const { traffic = [] } = ingress;
  if (traffic.length === 0) return [{ weight: 100 }];
  return traffic.map(({ weight = 0, revisionName = '', latestRevision = false, label = '' }) => ({
    weight,
    ...(latestRevision || revisionName === '' ? {} : { revision: revisionName }),
    ...(label === '' ? {} : { label }),
  }));
}

/** All of it to the newest revision. Those with a label keep it, and so the address that it stands for. */
export function allToNewest(traffic: readonly TrafficWeight[] = []): TrafficWeight[] {
  const labelled = traffic.filter(({ label = '', latestRevision }) => label !== '' && latestRevision !== true);
  const label = traffic.find(({ latestRevision }) => latestRevision === true)?.label ?? '';
  return [
    ...labelled.map(({ revisionName, label: kept }) => ({
      ...(revisionName === undefined ? {} : { revisionName }),
      ...(kept === undefined ? {} : { label: kept }),
      weight: 0,
    })),
    { latestRevision: true, weight: 100, ...(label === '' ? {} : { label }) },
  ];
}

/** Has a patch name the label that the new revision takes: the SDK leaves out what its version of the service does not know. */
export function labelling(targetLabel: string): PipelinePolicy {
  return {
    name: 'registryExplorerLabel',
    sendRequest: (request, next) => {
      if (request.method === 'PATCH' && typeof request.body === 'string') {
        const body: unknown = JSON.parse(request.body);
        const properties = property(body, 'properties');
        const configuration = { ...asObject(property(properties, 'configuration')), targetLabel };
        request.body = JSON.stringify({ ...asObject(body), properties: { ...asObject(properties), configuration } });
        const url = new URL(request.url);
        url.searchParams.set('api-version', previewVersion);
        request.url = url.href;
      }
      return next(request);
    },
  };
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
