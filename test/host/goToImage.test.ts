import { deepEqual, equal } from 'node:assert/strict';
import { startAcr, type SandboxAcr } from '../sandbox/azure/acr';
import { startGitHub, type SandboxGitHub } from '../sandbox/github/github';
import { buildImage } from '../sandbox/images';
import { startRecorder, type RecordedRequest, type Recorder } from '../sandbox/recorder';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { openFindBox, runOnSelected, tagIsSelected, until } from './findBox';
import { setSetting, settled, showConnections, tagRequests, walkUntil } from './registriesView';

const image = buildImage();
const repositories = [
  ...Array.from({ length: 1003 }, (_, at) => ({ name: `bulk/r${1000 + at}`, tags: { '1.4': image } })),
  { name: 'team/web', tags: { '1.4': image, '2.0': image } },
];
const login = { name: 'octocat', secret: 'secret' };

/** Paths without what follows a question mark; not those that sign in. */
function lists(requests: readonly RecordedRequest[]): readonly string[] {
  return requests
    .filter(({ path, status }) => status === 200 && path !== '/v2/' && !path.startsWith('/oauth2/'))
    .map(({ path }) => path.replace(/\?.*/, ''));
}

describe('the requests of Go to Image…', () => {
  let registry: V2Server;
  let gitHub: SandboxGitHub;
  let acr: SandboxAcr;
  let recorder: Recorder;
  const auths = process.env.DOCKER_AUTH_CONFIG;

  before(async () => {
    registry = await startV2Server({ repositories });
    const tokens = {
      [login.secret]: { login: login.name, scopes: ['read:packages', 'read:org'], organizations: ['acme'] },
    };
    const versions = [{ manifest: image, tags: ['1.4'], updated: new Date() }];
    gitHub = await startGitHub({
      ...{ packages: { 'acme/web': versions, 'octocat/app': versions }, tokens },
      ...{ organizations: ['acme'], users: [login.name] },
    });
    acr = await startAcr({
      repositories,
      users: { [login.name]: { password: login.secret, repositories: { '*': ['*'] }, catalog: true } },
    });
    await setSetting('tags.details', 'never');
  });
  after(async () => {
    for (const name of ['tags.details', 'github.apiUrl', 'github.registryUrl']) await setSetting(name, undefined);
    if (auths === undefined) delete process.env.DOCKER_AUTH_CONFIG;
    else process.env.DOCKER_AUTH_CONFIG = auths;
    await Promise.all([registry.stop(), gitHub.stop(), acr.stop()]);
  });
  afterEach(async () => {
    // What was read of a connection is forgotten with it.
    await showConnections();
    await recorder.stop();
  });

  const hostOf = ({ url }: { readonly url: string }): string => new URL(url).host;
  const logIn = (host: string): void => {
    const auth = Buffer.from(`${login.name}:${login.secret}`).toString('base64');
    process.env.DOCKER_AUTH_CONFIG = JSON.stringify({ auths: { [host]: { auth } } });
  };
  const connectV2 = async (): Promise<void> => {
    recorder = await startRecorder(registry.url);
    await showConnections({ provider: 'generic', label: 'Counted', url: recorder.url });
  };
  const connectGitHub = async (): Promise<void> => {
    recorder = await startRecorder(gitHub.url);
    logIn(gitHub.host);
    await setSetting('github.apiUrl', recorder.url);
    await setSetting('github.registryUrl', gitHub.registryUrl);
    await showConnections({ provider: 'ghcr', label: 'GitHub', url: 'https://github.com', login: 'docker' });
  };
  const connectAcr = async (): Promise<void> => {
    recorder = await startRecorder(acr.url);
    logIn(hostOf(recorder));
    await showConnections({ provider: 'acr', label: 'Azure', url: recorder.url, login: 'docker' });
  };
  /** Goes to what a text names, before anything is searched for it. */
  const go = async (text: string): Promise<void> => {
    const box = await openFindBox();
    await box.type(text);
    await box.accept();
  };
  /** Types a part of a name, and waits until it is found. */
  const find = async (text: string, label: string) => {
    const box = await openFindBox();
    await box.type(text);
    await until(`${label} is found`, () => box.labels().find((each) => each === label));
    await settled(recorder);
    return box;
  };

  it('are one for a reference in a registry that lists 1,004 repositories', async () => {
    await connectV2();
    const reference = `${hostOf(recorder)}/bulk/r2002:1.4`;
    await go(`FROM ${reference} AS build`);
    await tagIsSelected(reference);
    await settled(recorder);
    deepEqual(lists(recorder.requests), ['/v2/bulk/r2002/tags/list']);
  });

  it('are one more for a second reference there', async () => {
    await connectV2();
    for (const path of ['bulk/r2001', 'team/web']) {
      recorder.reset();
      const reference = `${hostOf(recorder)}/${path}:1.4`;
      await go(reference);
      await tagIsSelected(reference);
      await settled(recorder);
      deepEqual(lists(recorder.requests), [`/v2/${path}/tags/list`]);
    }
  });

  it('are one for what was found by a part of its name', async () => {
    await connectV2();
    // The repositories are two pages.
    const box = await find('web:1.4', 'team/web:1.4');
    deepEqual(lists(recorder.requests), ['/v2/_catalog', '/v2/_catalog']);
    recorder.reset();
    await box.accept();
    await tagIsSelected(`${hostOf(recorder)}/team/web:1.4`);
    await settled(recorder);
    deepEqual(lists(recorder.requests), ['/v2/team/web/tags/list']);
  });

  it('are two in GitHub: whether the owner is an organization, and the versions', async () => {
    await connectGitHub();
    const reference = `${gitHub.host}/acme/web:1.4`;
    await go(`docker pull ${reference}`);
    await tagIsSelected(reference);
    await settled(recorder);
    deepEqual(lists(recorder.requests), ['/orgs/acme/packages', '/orgs/acme/packages/container/web/versions']);
  });

  it('are one in GitHub for what was found by a part of its name', async () => {
    await connectGitHub();
    const box = await find('web:1.4', 'acme/web:1.4');
    recorder.reset();
    await box.accept();
    await tagIsSelected(`${gitHub.host}/acme/web:1.4`);
    await settled(recorder);
    deepEqual(lists(recorder.requests), ['/orgs/acme/packages/container/web/versions']);
  });

  it('are two in a registry of Azure, for the tags and their sizes', async () => {
    await connectAcr();
    const reference = `${hostOf(recorder)}/team/web:2.0`;
    const tags = ['/acr/v1/team%2Fweb/_manifests', '/acr/v1/team%2Fweb/_tags'];
    await go(reference);
    await tagIsSelected(reference);
    await settled(recorder);
    deepEqual([...lists(recorder.requests)].sort(), tags);
  });

  it('are two in a registry of Azure for what was found by a part of its name', async () => {
    await connectAcr();
    const box = await find('web:2.0', 'team/web:2.0');
    recorder.reset();
    await box.accept();
    await tagIsSelected(`${hostOf(recorder)}/team/web:2.0`);
    await settled(recorder);
    deepEqual([...lists(recorder.requests)].sort(), ['/acr/v1/team%2Fweb/_manifests', '/acr/v1/team%2Fweb/_tags']);
  });

  it('are one to open a favourite', async () => {
    await connectV2();
    const reference = `${hostOf(recorder)}/team/web`;
    await go(reference);
    await recorder.until((requests) => tagRequests(requests).length === 1);
    await settled(recorder);
    await runOnSelected('addToFavourites');
    try {
      recorder.reset();
      // On a row that is open, the second one goes to the first row below it.
      const walk = ['registryExplorer.registries.focus', 'list.focusFirst', 'list.expand', 'list.expand'];
      await walkUntil(recorder, (requests) => tagRequests(requests).length > 0, walk);
      await settled(recorder);
      equal(recorder.requests.length, 1);
    } finally {
      await go(reference);
      await runOnSelected('removeFromFavourites');
    }
  });
});
