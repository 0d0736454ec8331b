import type { quirks } from '../sandbox/vendors';
import type { ContractRegistry } from './provider.contract';

interface Vendor extends Pick<ContractRegistry, 'addedByName' | 'isPublic' | 'listsPlatforms' | 'prefix'> {
  readonly name: string;
  readonly as: keyof typeof quirks;
  /** The preset it is connected by. */
  readonly preset: string;
}

const toVisitors = { isPublic: true };
const byName = { addedByName: true };

/** Registries that cannot be had here: each a server with the quirks of its kind. */
export const vendors: readonly Vendor[] = [
  { name: 'Amazon ECR', as: 'ecr', preset: 'ecr' },
  { name: 'Google Artifact Registry', as: 'google', preset: 'gar', ...byName, listsPlatforms: false },
  { name: 'Quay', as: 'quay', preset: 'quay', ...byName, listsPlatforms: false },
  { name: 'Quay, private repositories', as: 'quayPrivate', preset: 'quay', ...byName },
  { name: 'Harbor', as: 'harbor', preset: 'harbor' },
  { name: 'Harbor, for members of a project', as: 'harborMember', preset: 'harbor', ...byName },
  { name: 'Artifactory below its path', as: 'artifactory', preset: 'artifactory', prefix: 'docker-local/' },
  { name: 'Nexus below its path', as: 'nexus', preset: 'nexus', prefix: 'docker-local/' },
  { name: 'Nexus by its port, with tokens', as: 'nexusTokens', preset: 'nexus' },
  { name: 'Gitea', as: 'gitea', preset: 'gitea' },
  { name: 'DigitalOcean', as: 'digitalOcean', preset: 'digitalOcean' },
  { name: 'Oracle Cloud', as: 'oracle', preset: 'oracle', ...byName },
  { name: 'the registry of GitLab', as: 'gitLab', preset: 'gitlabRegistry', ...byName },
  { name: 'the registry of Red Hat', as: 'redHat', preset: 'generic', ...byName },
  { name: 'zot, which shows visitors a part', as: 'zot', preset: 'generic', ...toVisitors },
  {
    name: 'Artifactory, which shows visitors a part',
    as: 'artifactoryVisitors',
    preset: 'artifactory',
    ...toVisitors,
    prefix: 'docker-local/',
  },
  { name: 'a registry whose list is missing before sign-in', as: 'unlistedFirst', preset: 'generic', ...byName },
];
