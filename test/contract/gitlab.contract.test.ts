import type { Connection, Credential } from '../../src/core/model';
import { gitLab as type } from '../../src/providers/gitlab/gitLabType';
import { startGitLab, type GitLabProject } from '../sandbox/gitlab/gitlab';
import { startRecorder } from '../sandbox/recorder';
import { collectLog } from '../unit/collectLog';
import { contextOf } from '../unit/providerContext';
import { contractRepositories } from './content';
import { describeProvider } from './provider.contract';

const alice: Credential = { kind: 'basic', username: 'alice', secret: 'glpat-correct-horse' };
const mistyped: Credential = { kind: 'basic', username: 'alice', secret: 'glpat-correct-hose' };

/** A project for each repository, under the project's own name. */
const projects = Object.fromEntries(
  contractRepositories.map(({ name, tags }): [string, GitLabProject] => [
    name,
    { repositories: { '': tags }, members: { alice: 40 }, lastActivity: new Date('2026-03-01T12:00:00Z') },
  ]),
);

describeProvider({
  name: 'GitLab',
  start: async ({ readOnly = false }) => {
    const gitLabServer = await startGitLab({
      projects,
      tokens: { 'glpat-correct-horse': { user: 'alice', scopes: ['api', 'read_registry'] } },
      deleteEnabled: !readOnly,
    });
    // What is asked of the registry passes the recorder; the API is asked itself.
    const traffic = await startRecorder(gitLabServer.registryUrl);
    gitLabServer.host = new URL(traffic.url).host;
    const log = collectLog();
    return {
      credential: alice,
      wrongCredential: mistyped,
      untag: 'done',
      hasNamespaces: true,
      pushesTo: 'app/web',
      traffic,
      log: log.lines,
      open: (credential) => {
        const connection: Connection = {
          id: 'contract',
          provider: 'gitlab',
          label: 'GitLab',
          url: gitLabServer.url,
          signIn: { kind: 'basic' },
        };
        return type.open(connection, contextOf(credential, { log }));
      },
      stop: async () => {
        await traffic.stop();
        await gitLabServer.stop();
      },
    };
  },
});
