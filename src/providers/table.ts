import type { AzureDoor } from '../azure/azure';
import { acr, openRegistry } from './acr/acrType';
import { azure } from './azure/azureType';
import { dockerHub } from './dockerHub/dockerHubType';
import { ghcr } from './ghcr/ghcrType';
import { generic, vendorTypes } from './generic/genericType';
import { gitLab } from './gitlab/gitLabType';
import type { ProviderType } from './provider';

/** Every kind of registry there is, in the order in which they are offered. */
export function listProviderTypes(door: AzureDoor): readonly ProviderType[] {
  return [azure(door, openRegistry), acr(door), dockerHub, ghcr, gitLab, generic, ...vendorTypes];
}
