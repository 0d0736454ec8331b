import { azure } from './acr/azureType';
import { acr } from './acr/type';
import { dockerHub } from './dockerHub/type';
import { ghcr } from './ghcr/type';
import { GenericProvider } from './generic/generic';
import { generic, vendorTypes } from './generic/type';
import { gitLab } from './gitlab/type';
import type { ProviderType } from './provider';

/** Every kind of registry there is, in the order in which they are offered. */
export const providerTypes: readonly ProviderType[] = [
  azure,
  acr,
  dockerHub,
  ghcr,
  gitLab((connection, context) => new GenericProvider(connection, context)),
  generic,
  ...vendorTypes,
];
