import { t } from '@vscode/l10n';
import Docker from 'dockerode';
import { z } from 'zod/mini';
import { defined } from '../core/defined';
import { Failure } from '../core/failure';
import { dateOf } from '../core/manifest';
import { printPlatform } from '../core/platform';
import type { Credential, Platform } from '../core/model';
import { parseReference, printFullReference } from '../core/reference';
import type { ImageReference } from '../core/reference';
import { abandonable } from '../core/shared';
import type {
  ContainerEngine,
  EngineEndpoint,
  EngineVersion,
  LocalImage,
  LocalName,
  LocalStep,
  PushedAlone,
  Transfer,
} from './engine';
import { failureOfClient, failureOfWords } from './engineFailure';
import type { Registry } from './engineFailure';
import { cutOffFailure, readMessages } from './messageStream';
import { modemAt } from './modem';
import { TransferState } from './transferState';

/** Time limit for a question to the engine. A push or a pull has no limit. */
const answerWithinMs = 30_000;

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageList */
const imagesAnswer = z.array(
  z.object({
    Id: z.string(),
    RepoTags: z.nullish(z.array(z.string())),
    RepoDigests: z.nullish(z.array(z.string())),
    Created: z.nullish(z.number()),
    Size: z.number(),
  }),
);

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageHistory */
const historyAnswer = z.array(
  z.object({
    Created: z.nullish(z.number()),
    CreatedBy: z.nullish(z.string()),
    Comment: z.nullish(z.string()),
    Size: z.nullish(z.number()),
  }),
);

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemVersion */
const versionAnswer = z.object({
  Version: z.string(),
  Os: z.string(),
  Arch: z.string(),
  Components: z.nullish(z.array(z.object({ Name: z.string() }))),
});

/** ACR's user name for an identity token: https://learn.microsoft.com/azure/container-registry/container-registry-authentication */
const tokenUser = '00000000-0000-0000-0000-000000000000';

/** An option of dockerode that its types leave out. */
type ModemOptions = Docker.DockerOptions & { readonly modem: object };

/** Speaks the Docker Engine API, Podman's dialect included, through dockerode. */
export class DockerEngine implements ContainerEngine {
  private readonly docker: Docker;
  private known: EngineVersion | undefined;

  constructor(readonly endpoint: EngineEndpoint) {
    const options: ModemOptions = { modem: modemAt(endpoint) };
    this.docker = new Docker(options);
  }

  readonly version = async (signal: AbortSignal): Promise<EngineVersion> => {
    const answer = this.decode(versionAnswer, await this.ask(() => this.docker.version(), signal));
    const isPodman = (answer.Components ?? []).some(({ Name }) => /podman/i.test(Name));
    return {
      name: isPodman ? 'Podman' : 'Docker Engine',
      version: answer.Version,
      platform: { os: answer.Os, architecture: answer.Arch },
    };
  };

  readonly images = async (signal: AbortSignal): Promise<readonly LocalImage[]> => {
    const list = (abortSignal: AbortSignal) => this.docker.listImages({ abortSignal });
    const answer = this.decode(imagesAnswer, await this.ask(list, signal));
    return answer.map(({ Id, RepoTags, RepoDigests, Created, Size }) => {
      return {
        id: Id.includes(':') ? Id : `sha256:${Id}`,
        names: namesOf(RepoTags),
        digests: namesOf(RepoDigests),
        ...defined({ created: dateOf(typeof Created === 'number' ? Created * 1000 : undefined) }),
        size: Size,
      };
    });
  };

  readonly inspect = async (image: LocalName, signal: AbortSignal): Promise<unknown> =>
    this.ask(() => this.docker.getImage(printName(image)).inspect(), signal);

  readonly history = async (image: LocalName, signal: AbortSignal): Promise<readonly LocalStep[]> => {
    const answer: unknown = await this.ask(() => this.docker.getImage(printName(image)).history(), signal);
    const steps = this.decode(historyAnswer, answer);
    return steps.reverse().map(({ Created, CreatedBy, Comment, Size }) => ({
      createdBy: CreatedBy ?? '',
      comment: Comment ?? '',
      ...defined({ created: dateOf(typeof Created === 'number' ? Created * 1000 : undefined) }),
      size: Size ?? 0,
    }));
  };

  readonly tag = async (image: LocalName, as: ImageReference, signal: AbortSignal): Promise<void> => {
    const { host, path, tag = 'latest' } = as;
    const name = { repo: printFullReference({ host, path }), tag };
    await this.ask((abortSignal) => this.docker.getImage(printName(image)).tag({ ...name, abortSignal }), signal);
  };

  readonly push = async (
    image: ImageReference,
    credential: Credential,
    progress: (state: Transfer) => void,
    signal: AbortSignal,
  ): Promise<PushedAlone | undefined> => {
    const { host, path, tag = 'latest' } = image;
    const authconfig = await this.authOf(host, credential, signal);
    const stream = this.docker
      .getImage(printFullReference({ host, path }))
      .push({ ...queryOnly({ tag }), authconfig, abortSignal: signal });
    const state = await this.follow(stream, host, progress, signal);
    if (!state.isComplete) throw cutOffFailure(this.endpoint.url);
    return state.alone;
  };

  readonly pull = async (
    image: ImageReference,
    credential: Credential,
    platform: Platform | undefined,
    progress: (state: Transfer) => void,
    signal: AbortSignal,
  ): Promise<void> => {
    const { host, path, tag = 'latest', digest } = image;
    const query = {
      fromImage: printFullReference({ host, path }),
      tag: digest ?? tag,
      ...defined({ platform: platform && printPlatform(platform) }),
    };
    const authconfig = await this.authOf(host, credential, signal);
    const stream = this.docker.createImage(authconfig, { ...queryOnly(query), abortSignal: signal });
    await this.follow(stream, host, progress, signal);
  };

  readonly remove = async (image: LocalName, signal: AbortSignal): Promise<void> => {
    await this.ask((abortSignal) => this.docker.getImage(printName(image)).remove({ abortSignal }), signal);
  };

  readonly watch = async (onChange: () => void, signal: AbortSignal): Promise<void> => {
    try {
      const stream = await this.docker.getEvents({ filters: { type: ['image'] }, abortSignal: signal });
      onChange();
      const events = readMessages(stream, this.endpoint.url);
      while ((await events.next()).done !== true) onChange();
    } catch (error) {
      throw this.failure(error, undefined, signal);
    }
    throw cutOffFailure(this.endpoint.url);
  };

  /** Reads the progress to its end. Engines report a registry's error as a message, after status 200. */
  private async follow(
    answer: Promise<NodeJS.ReadableStream>,
    registry: string,
    progress: (state: Transfer) => void,
    signal: AbortSignal,
  ): Promise<TransferState> {
    const state = new TransferState();
    try {
      for await (const message of readMessages(await answer, this.endpoint.url)) {
        state.take(message);
        progress(state.transfer);
      }
    } catch (error) {
      throw this.failure(error, registry, signal);
    }
    signal.throwIfAborted();
    const { error, lacksContent } = state;
    if (error !== undefined && lacksContent)
      throw new Failure('rejected', error, {
        subject: this.endpoint.url,
        speaker: 'engine',
        code: 'CONTENT_MISSING',
      });
    if (error !== undefined) throw failureOfWords(error, undefined, this.endpoint.url, registry);
    return state;
  }

  /** Has its own time limit, because dockerode waits for ever when an engine stops in the middle of its answer. */
  private async ask<T>(question: (limit: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const timeout = AbortSignal.timeout(answerWithinMs);
    const limit = AbortSignal.any([signal, timeout]);
    try {
      return await abandonable(question(limit), limit);
    } catch (error) {
      if (signal.aborted || !timeout.aborted) throw this.failure(error, undefined, signal);
      throw new Failure('timedOut', '', { subject: this.endpoint.url, speaker: 'engine' });
    }
  }

  private failure(error: unknown, registry: Registry, signal: AbortSignal): unknown {
    return signal.aborted ? signal.reason : failureOfClient(error, this.endpoint.url, registry);
  }

  /** https://docs.docker.com/reference/api/engine/version/v1.41/#section/Authentication; empty for anonymous: the header must be sent in any case. */
  private async authOf(host: string, credential: Credential, signal: AbortSignal): Promise<Record<string, string>> {
    const serveraddress = host === 'docker.io' ? 'https://index.docker.io/v1/' : host;
    if (credential.kind === 'anonymous') return {};
    if (credential.kind === 'basic')
      return { username: credential.username, password: credential.secret, serveraddress };
    if (credential.kind === 'registryToken') return { registrytoken: credential.token, serveraddress };
    this.known ??= await this.version(signal);
    const { name } = this.known;
    // Podman ignores identity tokens.
    return name === 'Podman'
      ? { username: tokenUser, password: credential.token, serveraddress }
      : { identitytoken: credential.token, serveraddress };
  }

  private decode<T extends z.core.$ZodType>(schema: T, value: unknown): z.output<T> {
    const parsed = z.safeParse(schema, value);
    if (parsed.success) return parsed.data;
    const detail = { subject: this.endpoint.url, speaker: 'engine' } as const;
    throw new Failure('malformed', t('it does not answer as a container engine does'), detail, { cause: parsed.error });
  }
}

function printName(image: LocalName): string {
  return 'id' in image ? image.id : printFullReference(image);
}

/**
 * By default, dockerode also sends its options as a body. Engines do not read that body, and with an unread body Go notices a closed
 * connection late: after a cancel, Podman would continue to the end, and Docker for some seconds.
 */
function queryOnly(query: Readonly<Record<string, string>>): { readonly _query: object; readonly _body: object } {
  return { _query: query, _body: {} };
}

/** Parses the names; texts that are not names, such as `<none>:<none>`, are left out. */
function namesOf(texts: readonly string[] | null | undefined): readonly ImageReference[] {
  return (texts ?? []).flatMap((text) => {
    const parsed = parseReference(text);
    return 'problem' in parsed ? [] : [parsed];
  });
}
