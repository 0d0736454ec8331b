import { jsonReply } from '../serve';
import { armError, listed, notFound, paged, put, resourceIn, type ArmRoute } from './armState';

/** Webhooks of registries: azure-recordings/azure-cli-2021/acr/test_acr_create_webhook.json */

const apiVersion = '2025-11-01';
const type = 'Microsoft.ContainerRegistry/registries/webhooks';
const registry =
  '^(/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft.ContainerRegistry/registries/[^/]+)/webhooks';

/** https://learn.microsoft.com/en-us/azure/container-registry/container-registry-skus#registry-throughput-and-limits */
const limits: Readonly<Record<string, number>> = { Basic: 2, Standard: 10, Premium: 500 };

export const webhookRoutes: readonly ArmRoute[] = [
  {
    method: 'GET',
    path: new RegExp(`${registry}$`, 'i'),
    apiVersion,
    answer: (state, { parts: [path = '', id = ''], query }) =>
      resourceIn(state, id) === undefined
        ? notFound(id)
        : paged(state, path, apiVersion, listed(state, `${id}/webhooks`, type), query),
  },
  {
    method: 'GET',
    path: new RegExp(`${registry}/[^/]+$`, 'i'),
    apiVersion,
    answer: (state, { parts: [path = ''] }) => {
      const found = resourceIn(state, path);
      return found === undefined ? notFound(path) : jsonReply(200, found);
    },
  },
  {
    method: 'PUT',
    path: new RegExp(`${registry}/([^/]+)$`, 'i'),
    apiVersion,
    // One that is there is replaced without a word, address and all.
    answer: (state, { parts: [path = '', id = '', name = ''], body }) => {
      const found = resourceIn(state, id);
      if (found === undefined) return notFound(id);
      const { location, properties } = body as { location?: string; properties?: Record<string, unknown> };
      if (location === undefined || typeof properties?.serviceUri !== 'string' || !Array.isArray(properties.actions))
        return armError(
          400,
          'InvalidRequest',
          'The request is invalid: location, serviceUri and actions are required.',
        );
      if (!/^[a-z0-9]{5,50}$/i.test(name)) return armError(400, 'WebhookNameInvalid', 'The webhook name is invalid.');
      const sku = String((found.sku as { name?: string } | undefined)?.name);
      const isNew = resourceIn(state, path) === undefined;
      // The words are those of https://learn.microsoft.com/en-us/azure/developer/python/tutorial-containerize-deploy-python-web-app-azure-04;
      // which status and code come with them nobody has written down.
      if (isNew && listed(state, `${id}/webhooks`, type).length >= (limits[sku] ?? 0))
        return armError(
          409,
          'QuotaExceeded',
          `Quota exceeded for resource type webhooks for the registry SKU ${sku}. Learn more about different SKU quotas and upgrade process: https://aka.ms/acr/tiers`,
        );
      const { serviceUri, ...rest } = properties as { serviceUri: string };
      const before = state.secrets.get(path.toLowerCase())?.serviceUri;
      if (before !== undefined && before !== serviceUri) state.overwritten.push(name);
      state.secrets.set(path.toLowerCase(), { serviceUri });
      const webhook = put(state, {
        ...{ id: path, name, type, location, tags: {} },
        properties: { scope: '', ...rest, provisioningState: 'Succeeded' },
      });
      return jsonReply(200, webhook);
    },
  },
  {
    method: 'PATCH',
    path: new RegExp(`${registry}/[^/]+$`, 'i'),
    apiVersion,
    answer: (state, { parts: [path = ''], body }) => {
      const found = resourceIn(state, path);
      if (found === undefined) return notFound(path);
      const { serviceUri, ...rest } = (body.properties ?? {}) as { serviceUri?: string };
      const before = state.secrets.get(path.toLowerCase())?.serviceUri;
      if (serviceUri !== undefined && before !== serviceUri) state.overwritten.push(found.name);
      if (serviceUri !== undefined) state.secrets.set(path.toLowerCase(), { serviceUri });
      Object.assign(found.properties, rest);
      return jsonReply(200, found);
    },
  },
  {
    method: 'DELETE',
    path: new RegExp(`${registry}/[^/]+$`, 'i'),
    apiVersion,
    answer: (state, { parts: [path = ''] }) => {
      const isThere = state.resources.delete(path.toLowerCase());
      state.secrets.delete(path.toLowerCase());
      return { status: isThere ? 200 : 204 };
    },
  },
  {
    method: 'POST',
    path: new RegExp(`${registry}/([^/]+)/getCallbackConfig$`, 'i'),
    apiVersion,
    answer: (state, { parts: [path = ''] }) => {
      const id = path.replace(/\/getCallbackConfig$/i, '');
      if (resourceIn(state, id) === undefined) return notFound(id);
      return jsonReply(200, { customHeaders: {}, ...state.secrets.get(id.toLowerCase()) });
    },
  },
];
