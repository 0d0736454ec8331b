import { defined } from '../core/defined';
import { dateOf } from '../core/manifest';
import type { InspectedImage, Platform } from '../core/model';
import type { ImageConfigAnswer } from '../core/schemas';
import { instructionOf } from './buildSteps';
import type { Instruction } from './buildSteps';

/** What an image says of itself, whether a registry or an engine holds it. All text is of others. */
export interface ImageFacts {
  /** Of its manifest; absent where an engine does not know it. */
  readonly digest?: string;
  /** Of its config: the same in every registry and, in most engines, the id of the image. Absent for schema 1. */
  readonly configDigest?: string;
  readonly platform?: Platform;
  readonly created?: Date;
  readonly author?: string;
  readonly size?: ImageSize;
  readonly base?: BaseImage;
  readonly run: RunSettings;
  readonly labels: Readonly<Record<string, string>>;
  /** Of its manifest. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly steps: readonly BuildStep[];
  /** From the base up. */
  readonly layers: readonly Layer[];
  /** As in ImageDetails. */
  readonly faults: readonly string[];
}

/** Bytes: compressed, as registries count, or unpacked, as engines do. The two cannot be compared. */
export interface ImageSize {
  readonly bytes: number;
  readonly isUnpacked: boolean;
}

/** https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md#pre-defined-annotation-keys `base.name`, `base.digest` */
export interface BaseImage {
  readonly name?: string;
  readonly digest?: string;
}

/** How a container of it runs. Lists are empty, and texts absent, where the image says nothing. */
export interface RunSettings {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly user?: string;
  readonly workingDirectory?: string;
  /** `80/tcp`. */
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly environment: readonly (readonly [name: string, value: string])[];
  readonly healthCheck?: HealthCheck;
  readonly stopSignal?: string;
  /** Only where it is not the usual one. */
  readonly shell: readonly string[];
}

/** https://docs.docker.com/reference/dockerfile/#healthcheck */
export interface HealthCheck {
  /** As words; one word where a shell runs it. Empty: the check of the base is switched off. */
  readonly command: readonly string[];
  readonly intervalSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly startSeconds?: number;
  readonly retries?: number;
}

export interface Layer {
  /** Of what the registry holds; absent in an engine. */
  readonly digest?: string;
  /** Of its unpacked content: the same however it is compressed. */
  readonly diffId?: string;
  /** Bytes, as in ImageSize. */
  readonly size?: number;
}

export interface BuildStep extends Instruction {
  readonly created?: Date;
  /** Absent when it made no layer. */
  readonly layer?: Layer;
}

/** Where configs and manifests name the base. */
const baseName = 'org.opencontainers.image.base.name';
const baseDigest = 'org.opencontainers.image.base.digest';

/** The facts of an image in a registry. `annotations`: of its manifest; `configDigest`: absent for schema 1. */
export function factsOfImage(
  { digest, config, layers, faults, platform }: InspectedImage,
  {
    configDigest,
    configSize = 0,
    annotations = {},
  }: {
    readonly configDigest?: string;
    readonly configSize?: number;
    readonly annotations?: Readonly<Record<string, string>>;
  } = {},
): ImageFacts {
  const diffIds = config.rootfs?.diff_ids ?? [];
  const own = layers.map((layer, at): Layer => {
    const diffId = diffIds.length === layers.length ? diffIds[at] : undefined;
    return { digest: layer.digest, ...defined({ diffId, size: layer.size }) };
  });
  const isSized = own.every(({ size }) => size !== undefined);
  const bytes = own.reduce((sum, { size }) => sum + (size ?? 0), configSize);
  return {
    digest,
    ...defined({ configDigest, platform }),
    ...(isSized ? { size: { bytes, isUnpacked: false } } : {}),
    ...factsOfConfig(config, annotations),
    annotations,
    steps: pairWithLayers(config.history ?? [], own).map(stepOf),
    layers: own,
    faults,
  };
}

/** The part that registries and engines write alike. */
export function factsOfConfig(
  config: ImageConfigAnswer,
  annotations: Readonly<Record<string, string>>,
): Pick<ImageFacts, 'created' | 'author' | 'base' | 'run' | 'labels'> {
  const labels = config.config?.Labels ?? {};
  const name = annotations[baseName] ?? labels[baseName];
  const digest = annotations[baseDigest] ?? labels[baseDigest];
  const base = name === undefined && digest === undefined ? undefined : defined({ name, digest });
  const created = dateOf(config.created);
  return {
    ...defined({ created, author: textOf(config.author), base }),
    run: runSettings(config.config ?? {}),
    labels,
  };
}

type RunAnswer = NonNullable<ImageConfigAnswer['config']>;

function runSettings(run: RunAnswer): RunSettings {
  return {
    entrypoint: run.Entrypoint ?? [],
    command: run.Cmd ?? [],
    ...defined({
      user: textOf(run.User),
      workingDirectory: textOf(run.WorkingDir),
      stopSignal: textOf(run.StopSignal),
      healthCheck: healthCheckOf(run.Healthcheck),
    }),
    ports: Object.keys(run.ExposedPorts ?? {}),
    volumes: Object.keys(run.Volumes ?? {}),
    environment: (run.Env ?? []).map(splitVariable),
    shell: run.Shell ?? [],
  };
}

/** `["NONE"]` switches it off; an empty test is inherited: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image `Healthcheck` */
function healthCheckOf(answer: RunAnswer['Healthcheck']): HealthCheck | undefined {
  const [how, ...command] = answer?.Test ?? [];
  if (how === undefined) return undefined;
  return {
    command: how === 'NONE' ? [] : command,
    ...defined({
      intervalSeconds: secondsOf(answer?.Interval),
      timeoutSeconds: secondsOf(answer?.Timeout),
      startSeconds: secondsOf(answer?.StartPeriod),
      retries: answer?.Retries === 0 ? undefined : (answer?.Retries ?? undefined),
    }),
  };
}

/** Zero means "inherited". */
function secondsOf(nanoseconds: number | null | undefined): number | undefined {
  return nanoseconds === undefined || nanoseconds === null || nanoseconds <= 0 ? undefined : nanoseconds / 1e9;
}

function textOf(text: string | null | undefined): string | undefined {
  return text === undefined || text === null || text === '' ? undefined : text;
}

/** A variable of an environment, `NAME=value`, in its parts. */
export function splitVariable(variable: string): readonly [string, string] {
  const at = variable.indexOf('=');
  return at === -1 ? [variable, ''] : [variable.slice(0, at), variable.slice(at + 1)];
}

type HistoryAnswer = NonNullable<ImageConfigAnswer['history']>;

/** A step of a history, and the layer that it made. */
interface HistoryStep<L> {
  /** Absent for a layer that the history does not mention, and where it could not be read. */
  readonly entry?: NonNullable<HistoryAnswer[number]>;
  readonly layer?: L;
}

/**
 * The history has a step for each layer, and steps without one. Layers that it does not mention come last.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md#properties `history`
 */
export function pairWithLayers<L>(history: HistoryAnswer, layers: readonly L[]): readonly HistoryStep<L>[] {
  let at = 0;
  const steps = history.map((entry): HistoryStep<L> => {
    const layer = entry?.empty_layer === true ? undefined : layers[at++];
    return { ...(entry && { entry }), ...(layer === undefined ? {} : { layer }) };
  });
  return [...steps, ...layers.slice(at).map((layer) => ({ layer }))];
}

function stepOf({ entry = {}, layer }: HistoryStep<Layer>): BuildStep {
  return { ...instructionOf(entry), ...defined({ layer, created: dateOf(entry.created) }) };
}
