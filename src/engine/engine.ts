import type { Credential, Platform } from '../core/model';
import { isThisMachine } from '../core/network/privateAddress';
import type { ImageReference } from '../core/reference';

/**
 * What builds, keeps and moves images on this machine, or wherever its address leads: Docker Engine, Podman and others that
 * speak the Docker Engine API (https://docs.docker.com/reference/api/engine/version/v1.41/). Every method rejects with a
 * Failure, whose `speaker` is `engine` unless it repeats a registry's words, or with the signal's reason when aborted.
 */
export interface ContainerEngine {
  readonly endpoint: EngineEndpoint;
  readonly version: (signal: AbortSignal) => Promise<EngineVersion>;
  /** Every image that is there, intermediate ones left out. */
  readonly images: (signal: AbortSignal) => Promise<readonly LocalImage[]>;
  /** The engine's own description: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageInspect */
  readonly inspect: (image: LocalName, signal: AbortSignal) => Promise<unknown>;
  readonly tag: (image: LocalName, as: ImageReference, signal: AbortSignal) => Promise<void>;
  /**
   * Resolves once the registry has the tag; a refusal by the registry rejects. Tells where one image went there in place of
   * the index that the tag stands for here.
   */
  readonly push: (
    image: ImageReference,
    credential: Credential,
    progress: (state: Transfer) => void,
    signal: AbortSignal,
  ) => Promise<PushedAlone | undefined>;
  /** `platform`: another than the engine's own. Resolves once the image is there whole. */
  readonly pull: (
    image: ImageReference,
    credential: Credential,
    platform: Platform | undefined,
    progress: (state: Transfer) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  /**
   * Takes a name away, and the image with its last name; by id, an image without a name. An image that a container uses is
   * refused.
   */
  readonly remove: (image: LocalName, signal: AbortSignal) => Promise<void>;
  /**
   * Calls back once the engine tells of changes, and from then on whenever the images may have changed; runs until the signal
   * aborts or the engine goes away, which rejects.
   */
  readonly watch: (onChange: () => void, signal: AbortSignal) => Promise<void>;
}

/** How an image is called within the engine: a name, or its id (`sha256:…`). */
export type LocalName = ImageReference | { readonly id: string };

export interface EngineVersion {
  /** `Docker Engine`, `Podman`. */
  readonly name: string;
  readonly version: string;
  /** What its containers run on. */
  readonly platform: Platform;
}

export interface LocalImage {
  /** `sha256:…` of the config, or of the manifest where the engine keeps images as containerd does. */
  readonly id: string;
  /** Tagged names; none when another image has taken them over. */
  readonly names: readonly ImageReference[];
  /** Names by digest, under which registries know the image. */
  readonly digests: readonly ImageReference[];
  /** Absent where the image has no date. */
  readonly created?: Date;
  /** Bytes on disk, unpacked. */
  readonly size: number;
}

/** How far a push or a pull is. Layers and bytes grow while the engine finds out what there is to move. */
export interface Transfer {
  readonly layers: number;
  /** Moved, or found where they were to go. */
  readonly layersDone: number;
  /** Of the layers that are moved. */
  readonly bytes: number;
  readonly bytesDone: number;
}

/** The one image that was pushed because the engine lacks others of its index. */
export interface PushedAlone {
  /** Absent where the engine does not tell. */
  readonly platform?: Platform;
}

/** Where an engine listens, and what says so. */
export interface EngineEndpoint {
  /** `unix:///var/run/docker.sock`, `npipe:////./pipe/docker_engine`, `tcp://host:2376/path`, `ssh://me@host/path.sock`. */
  readonly url: string;
  /** `setting`: registryExplorer.engine.endpoint. */
  readonly source: 'setting' | 'DOCKER_HOST' | 'context' | 'socket';
  /** The context's name, or whose socket it usually is: `Docker`, `Podman`, `Colima`. */
  readonly name: string;
  /** For tcp alone; absent: not encrypted. */
  readonly tls?: EngineTls;
}

/** Whether what is sent to an engine can be read on its way: it is on another machine, and nothing encrypts. */
export function isReadable({ url, tls }: EngineEndpoint): boolean {
  return (
    !/^(?:unix|npipe|ssh):/.test(url) &&
    tls === undefined &&
    !(URL.canParse(url) && isThisMachine(new URL(url).hostname))
  );
}

/** PEM. https://docs.docker.com/engine/security/protect-access/ */
export interface EngineTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly verify: boolean;
}

/** The engines of this machine. */
export interface Engines {
  /**
   * The one in use, as the docker command finds it, looked for anew each time: the setting, DOCKER_HOST, the current context,
   * the first of the usual sockets that is there. Does not ask whether it answers. Rejects with a Failure of kind `notFound`
   * and code `NO_ENGINE` when there is none.
   */
  readonly current: () => Promise<ContainerEngine>;
  /** Every endpoint that can be found, the one in use first, each address once. */
  readonly found: () => Promise<readonly EngineEndpoint[]>;
  readonly open: (endpoint: EngineEndpoint) => Promise<ContainerEngine>;
}
