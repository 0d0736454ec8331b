import { t } from '@vscode/l10n';
import { Failure } from '../../core/failure';
import { isReadable } from '../../engine/engine';
import type { EngineEndpoint } from '../../engine/engine';
import type { App } from '../app';
import type { Choice } from '../ask';
import { report } from '../report';
import type { AppCommand } from './command';

/** How long the list of choices waits for an engine to describe itself. */
const answerWithinMs = 3000;

type Chosen = { readonly endpoint: string } | 'type';

export const useEngine: AppCommand = {
  kind: 'app',
  id: 'useEngine',
  doing: () => t('look for container engines'),
  run: async (app) => {
    const title = t('Use Engine');
    const endpoint = await choose(app, title);
    if (endpoint === undefined) return;
    await app.useEngine(endpoint);
    await app.images.refresh();
    app.done(endpoint === '' ? t('Using the engine that the docker command uses') : t('Using {0}', endpoint));
    const used = (await app.engines.current()).endpoint;
    if (isReadable(used)) app.tell(t('{0} is on another machine. {1}', used.url, encryptionWarning()), 'warning');
  },
};

async function choose(app: App, title: string): Promise<string | undefined> {
  for (;;) {
    const answer = await app.ask.pick({ title, placeholder: t('Container engine'), items: choices(app) });
    if (answer === undefined || answer === 'back') return undefined;
    if (answer.value !== 'type') return answer.value.endpoint;
    const typed = await app.ask.input({
      title,
      prompt: t('Address of the engine, or the name of a docker context'),
      placeholder: 'unix:///run/user/1000/podman/podman.sock',
      canGoBack: true,
      problem,
    });
    if (typed !== 'back') return typed?.value.trim();
  }
}

async function choices(app: App): Promise<readonly Choice<Chosen>[]> {
  const found = await Promise.all((await app.engines.found()).map((endpoint) => choice(app, endpoint)));
  return [
    {
      label: t('As the docker command finds it'),
      detail: t('DOCKER_HOST, otherwise the current docker context, otherwise the first of the usual sockets'),
      icon: 'search',
      value: { endpoint: '' },
    },
    ...found,
    { label: t('Another address…'), icon: 'edit', value: 'type' },
  ];
}

async function choice(app: App, endpoint: EngineEndpoint): Promise<Choice<Chosen>> {
  return {
    label: labelOf(endpoint),
    description: endpoint.url,
    detail: [...(isReadable(endpoint) ? [encryptionWarning()] : []), await describeEngine(app, endpoint)].join(' '),
    icon: 'server-process',
    // A context is chosen by name, because it also has certificates.
    value: { endpoint: endpoint.source === 'context' ? endpoint.name : endpoint.url },
  };
}

function encryptionWarning(): string {
  return t('The connection is not encrypted: anyone on the network can read passwords for registries.');
}

function labelOf({ source, name }: EngineEndpoint): string {
  switch (source) {
    case 'setting':
      return t('Set in the settings');
    case 'DOCKER_HOST':
      return 'DOCKER_HOST';
    case 'context':
      return t('Docker context {0}', name);
    case 'socket':
      return name;
  }
}

async function describeEngine(app: App, endpoint: EngineEndpoint): Promise<string> {
  try {
    const engine = await app.engines.open(endpoint);
    const { name, version, platform } = await engine.version(AbortSignal.timeout(answerWithinMs));
    return `${name} ${version} · ${platform.os}/${platform.architecture}`;
  } catch (error) {
    return error instanceof Failure ? (report(error, '')?.reason ?? '') : t('Does not answer.');
  }
}

function problem(text: string): string | undefined {
  const typed = text.trim();
  if (/^(?:(?:unix|npipe|tcp):\/\/|ssh:\/\/.)/.test(typed) || /^[a-zA-Z0-9][a-zA-Z0-9_.+-]*$/.test(typed))
    return undefined;
  return t('Type an address that begins with unix://, tcp://, ssh:// or npipe://, or the name of a docker context.');
}
