import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { projectRoot } from '../test/rig/paths';
import { preferredPort } from '../test/rig/ports';
import { markChildren } from '../test/rig/strays';
import { startDemoAzure } from '../test/sandbox/azure/demoAzure';
import { startHosted } from '../test/sandbox/hosted';
import { startSandbox, type Sandbox } from '../test/sandbox/sandbox';
import { buildVsix } from './build';
import { ensureDebianPackages } from './debian';
import { sandboxEngine } from './engine';
import { onStopSignal } from './signals';
import { openVsCode } from './vsCode';

const sandboxFolder = join(projectRoot, '.sandbox');
const registryPort = 5100;
const hostedPorts = {
  hubPort: 5101,
  hubRegistryPort: 5102,
  gitHubPort: 5103,
  gitHubRegistryPort: 5104,
  gitLabPort: 5106,
  gitLabRegistryPort: 5107,
};
const azurePort = 5105;

interface Ending {
  readonly why: string;
  /** Asked for by the user, not a failure. */
  readonly wanted: boolean;
}

/** What runs, newest last: it ends in the reverse order. */
const running: (() => Promise<void>)[] = [];
const endStrays = markChildren();

async function main(): Promise<Ending> {
  await buildVsix(step);
  const sandbox = await startRegistry();
  running.push(sandbox.stop);
  const { hub, gitHub, gitLab, gitLabToken, dockerAuths, accounts, stop } = await startHosted(await ports());
  running.push(stop);
  const demoAzure = await startDemoAzure({ port: await preferredPort(azurePort) });
  const { azure, application, stop: stopAzure } = demoAzure;
  running.push(stopAzure);
  step(`Sandbox Docker Hub at ${hub.url}, sandbox GitHub at ${gitHub.url}, sandbox Azure at ${azure.url}`);
  step(`Sandbox GitLab at ${gitLab.url}, to be connected with the access token ${gitLabToken}`);
  const engine = await sandboxEngine(sandbox.url, hub.registryUrl, step);
  running.push(engine.stop);
  const vsCode = await openVsCode({
    sandboxFolder,
    settings: {
      connections: [
        { provider: 'generic', label: 'Sandbox registry', url: sandbox.url },
        { provider: 'azure', label: 'Sandbox Azure', url: azure.url, login: 'azureEnvironment' },
        { provider: 'dockerHub', label: 'Sandbox Docker Hub', url: hub.url, login: 'docker' },
        { provider: 'ghcr', label: 'Sandbox GitHub', url: 'https://github.com', login: 'docker' },
      ],
      others: {
        ...azure.settings,
        'registryExplorer.dockerHub.url': hub.url,
        'registryExplorer.dockerHub.registryUrl': hub.registryUrl,
        'registryExplorer.github.apiUrl': gitHub.url,
        'registryExplorer.github.registryUrl': gitHub.registryUrl,
      },
    },
    env: {
      ...engine.env,
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: dockerAuths }),
      GITHUB_ACCOUNTS: JSON.stringify(accounts),
      ...demoAzure.env,
      AZURE_TENANT_ID: application.tenantId,
      AZURE_CLIENT_ID: application.clientId,
      AZURE_CLIENT_SECRET: application.secret,
    },
    log: step,
  });
  running.push(vsCode.stop);
  console.log('\nPress Ctrl-C to stop everything.');
  return Promise.race([vsCode.ended, registryEnded(sandbox.url)]);
}

async function startRegistry(): Promise<Sandbox> {
  await ensureDebianPackages(['docker-registry'], step).catch((error: unknown) => {
    // There is a registry of our own to fall back on.
    step(error instanceof Error ? error.message : String(error));
  });
  const port = await preferredPort(registryPort);
  if (port !== registryPort) step(`Port ${registryPort} is taken, the sandbox registry uses ${port}.`);
  const sandbox = await startSandbox({ dataDir: join(sandboxFolder, 'registry'), port, log: step });
  step(`Sandbox registry (${sandbox.kind}) at ${sandbox.url}`);
  return sandbox;
}

async function ports(): Promise<typeof hostedPorts> {
  const { hubPort, hubRegistryPort, gitHubPort, gitHubRegistryPort, gitLabPort, gitLabRegistryPort } = hostedPorts;
  return {
    hubPort: await preferredPort(hubPort),
    hubRegistryPort: await preferredPort(hubRegistryPort),
    gitHubPort: await preferredPort(gitHubPort),
    gitHubRegistryPort: await preferredPort(gitHubRegistryPort),
    gitLabPort: await preferredPort(gitLabPort),
    gitLabRegistryPort: await preferredPort(gitLabRegistryPort),
  };
}

async function registryEnded(url: string): Promise<Ending> {
  let silences = 0;
  while (silences < 3) {
    await delay(2_000);
    const answered = await fetch(`${url}/v2/`, { signal: AbortSignal.timeout(10_000) }).then(
      () => true,
      () => false,
    );
    silences = answered ? 0 : silences + 1;
  }
  return { why: 'The sandbox registry has ended', wanted: false };
}

function asked(): Promise<Ending> {
  return new Promise((resolve) => {
    onStopSignal(() => {
      resolve({ why: 'Asked to end', wanted: true });
    });
  });
}

async function stopAll(): Promise<void> {
  for (const stop of running.splice(0).reverse()) await stop();
  // What was still starting is not among those.
  await endStrays();
}

function step(line: string): void {
  console.log(`▸ ${line}`);
}

// The terminal may go first; there is nobody left to tell then.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const failed = (error: unknown): Ending => ({
  why: error instanceof Error ? error.message : String(error),
  wanted: false,
});
void Promise.race([main().catch(failed), asked()]).then(async ({ why, wanted }) => {
  step(why);
  step('Stopping…');
  await stopAll();
  process.exit(wanted ? 0 : 1);
});
