import { azure } from './azure/azureType';
import { acr } from './acr/acrType';
import { dockerHub } from './dockerHub/dockerHubType';
import { ghcr } from './ghcr/ghcrType';
import { generic, vendorTypes } from './generic/genericType';
import { gitLab } from './gitlab/gitLabType';
import type { ProviderType } from './provider';

/** Every kind of registry there is, in the order in which they are offered. */
export const providerTypes: readonly ProviderType[] = [azure, acr, dockerHub, ghcr, gitLab, generic, ...vendorTypes];
