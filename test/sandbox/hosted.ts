import { demoRepositories } from './demo';
import { startDockerHub, type SandboxHub } from './dockerHub/hub';
import { startGitHub, type GitHubVersion, type SandboxGitHub } from './github/github';
import { startGitLab, type GitLabProject, type SandboxGitLab } from './gitlab/gitlab';
import { createdOf } from './images';
import type { SeedRepository } from './seed';

export interface HostedOptions {
  readonly gitHubPort?: number;
  readonly gitHubRegistryPort?: number;
  readonly gitLabPort?: number;
  readonly gitLabRegistryPort?: number;
  readonly hubPort?: number;
  readonly hubRegistryPort?: number;
}

export interface Hosted {
  readonly hub: SandboxHub;
  readonly gitHub: SandboxGitHub;
  readonly gitLab: SandboxGitLab;
  /** An access token of GitLab, for everything. */
  readonly gitLabToken: string;
  /** What docker config holds for somebody who is logged in to both. */
  readonly dockerAuths: Readonly<Record<string, { readonly auth: string }>>;
  /** VS Code's GitHub accounts: tokens by login. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

const hubUser = { name: 'mona', secret: 'dckr_pat_of-the-sandbox' };
const gitHubUser = { name: 'octocat', secret: 'ghp_of-the-sandbox' };
const gitLabUser = { name: 'tanuki', secret: 'glpat-of-the-sandbox' };
const accountToken = 'gho_of-the-sandbox';

/** Docker Hub, GitHub and GitLab over the demo images, with somebody who is signed in to the first two. */
export async function startHosted(options: HostedOptions = {}): Promise<Hosted> {
  // The thousands of builds are the plain registry's to show.
  const demo = demoRepositories(new Date()).filter(({ name }) => !name.startsWith('ci/'));
  const own = (user: string) => demo.filter(({ name }) => name === 'acme/web').map((seed) => renamed(seed, user));
  const hub = await startDockerHub({
    repositories: [...demo, ...own(hubUser.name)],
    users: { [hubUser.name]: { secret: hubUser.secret, organizations: ['acme'] } },
    pulls: { limit: '200;w=21600', remaining: '186;w=21600' },
    port: options.hubPort ?? 0,
    registryPort: options.hubRegistryPort ?? 0,
  });
  const scopes = ['read:packages', 'write:packages', 'delete:packages', 'read:org'];
  const packages = [...demo.filter(({ name }) => /^(acme|charts)\//.test(name)), ...own(gitHubUser.name)];
  const gitHub = await startGitHub({
    packages: Object.fromEntries(packages.map((seed) => [seed.name, versionsOf(seed)])),
    organizations: ['acme', 'charts'],
    users: [gitHubUser.name],
    tokens: {
      [gitHubUser.secret]: { login: gitHubUser.name, scopes, organizations: ['acme', 'charts'] },
      [accountToken]: { login: gitHubUser.name, scopes: ['read:packages'] },
    },
    notForRegistry: [accountToken],
    port: options.gitHubPort ?? 0,
    registryPort: options.gitHubRegistryPort ?? 0,
  });
  const gitLab = await startGitLab({
    projects: projectsOf(demo),
    tokens: { [gitLabUser.secret]: { user: gitLabUser.name, scopes: ['api'] } },
    port: options.gitLabPort ?? 0,
    registryPort: options.gitLabRegistryPort ?? 0,
  });
  return {
    hub,
    gitHub,
    gitLab,
    gitLabToken: gitLabUser.secret,
    dockerAuths: {
      'https://index.docker.io/v1/': auth(hubUser),
      [gitHub.host]: auth(gitHubUser),
    },
    accounts: { [gitHubUser.name]: accountToken },
    stop: async () => {
      await Promise.all([hub.stop(), gitHub.stop(), gitLab.stop()]);
    },
  };
}

function auth({ name, secret }: typeof hubUser): { readonly auth: string } {
  return { auth: Buffer.from(`${name}:${secret}`).toString('base64') };
}

function renamed(seed: SeedRepository, owner: string): SeedRepository {
  return { ...seed, name: `${owner}/${seed.name.slice(seed.name.indexOf('/') + 1)}` };
}

/** One project with an image of its own name, one with several, and one that has none yet. */
function projectsOf(demo: readonly SeedRepository[]): Readonly<Record<string, GitLabProject>> {
  const tagsOf = (name: string) => demo.find((seed) => seed.name === name)?.tags ?? {};
  const project = (repositories: GitLabProject['repositories'], daysAgo: number): GitLabProject => ({
    repositories,
    members: { [gitLabUser.name]: 40 },
    lastActivity: new Date(Date.now() - daysAgo * 24 * 3600 * 1000),
  });
  return {
    'acme/shop/web': project({ '': tagsOf('acme/web') }, 1),
    'acme/shop/backend': project({ api: tagsOf('acme/api'), worker: tagsOf('acme/worker') }, 2),
    'acme/handbook': project({}, 30),
  };
}

/** A version of a package is a manifest; the newest comes first. */
function versionsOf({ tags }: SeedRepository): GitHubVersion[] {
  return [...new Set(Object.values(tags))]
    .map((manifest) => ({
      manifest,
      tags: Object.keys(tags).filter((tag) => tags[tag] === manifest),
      updated: createdOf(manifest),
    }))
    .sort((one, other) => other.updated.getTime() - one.updated.getTime());
}
