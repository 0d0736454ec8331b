import type { Credential, Platform } from '../core/model';
import { isThisMachine } from '../core/network/privateAddress';
import type { ImageReference } from '../core/reference';

/**
 * A container engine on this machine or at its address: Docker Engine, Podman and others that speak the Docker Engine API
 * (https://docs.docker.com/reference/api/engine/version/v1.41/). Every method rejects with a
 * Failure, whose `speaker` is `engine` unless it repeats a registry's words, or with the signal's reason when aborted.
 */
export interface ContainerEngine {
  readonly endpoint: EngineEndpoint;
  readonly version: (signal: AbortSignal) => Promise<EngineVersion>;
  /** All images, without intermediate ones. */
  readonly images: (signal: AbortSignal) => Promise<readonly LocalImage[]>;
  /** The engine's own description: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageInspect */
  readonly inspect: (image: LocalName, signal: AbortSignal) => Promise<unknown>;
  /** The steps that built the image, from the first: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageHistory */
  readonly history: (image: LocalName, signal: AbortSignal) => Promise<readonly LocalStep[]>;
  readonly tag: (image: LocalName, as: ImageReference, signal: AbortSignal) => Promise<void>;
  /**
   * Resolves when the registry has the tag, and rejects when the registry refuses. The result says if only one image of an
   * index was pushed.
   */
  readonly push: (
    image: ImageReference,
    credential: Credential,
    progress: (state: Transfer) => void,
    signal: AbortSignal,
  ) => Promise<PushedAlone | undefined>;
  /** `platform`: if another than the engine's own is wanted. Resolves when the engine has the whole image. */
  readonly pull: (
    image: ImageReference,
    credential: Credential,
    platform: Platform | undefined,
    progress: (state: Transfer) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  /**
   * Removes a name; with its last name, the image is deleted. An id deletes an image without names. Rejects when a container
   * uses the image.
   */
  readonly remove: (image: LocalName, signal: AbortSignal) => Promise<void>;
  /**
   * Calls `onChange` when the event stream is open, and then whenever the images may have changed. Runs until the signal aborts or
   * the engine goes away; both reject.
   */
  readonly watch: (onChange: () => void, signal: AbortSignal) => Promise<void>;
}

/** A name of an image in the engine, or its id (`sha256:…`). */
export type LocalName = ImageReference | { readonly id: string };

export interface EngineVersion {
  /** `Docker Engine`, `Podman`. */
  readonly name: string;
  readonly version: string;
  /** The platform of its containers. */
  readonly platform: Platform;
}

export interface LocalImage {
  /** Digest of the config, or of the manifest if the engine uses containerd's image store. */
  readonly id: string;
  /** Names with a tag; empty when another image has them now. */
  readonly names: readonly ImageReference[];
  /** Names with a digest, as registries know the image. */
  readonly digests: readonly ImageReference[];
  /** Absent when the image has no date. */
  readonly created?: Date;
  /** Bytes on disk, unpacked. */
  readonly size: number;
}

/** A step of a build, in the words of the tool that built the image. */
export interface LocalStep {
  readonly createdBy: string;
  readonly comment: string;
  /** Absent when the step has no date. */
  readonly created?: Date;
  /** Bytes of its layer, unpacked; 0 where it made none, or an empty one. */
  readonly size: number;
}

/** Progress of a push or a pull. The totals grow while the engine finds more layers. */
export interface Transfer {
  readonly layers: number;
  /** Transferred, or already at the target. */
  readonly layersDone: number;
  /** Bytes of the layers that are transferred. */
  readonly bytes: number;
  readonly bytesDone: number;
}

/** The one image that was pushed because the engine lacks others of its index. */
export interface PushedAlone {
  /** Absent when the engine does not say. */
  readonly platform?: Platform;
}

/** The address of an engine, and where it comes from. */
export interface EngineEndpoint {
  /** `unix:///var/run/docker.sock`, `npipe:////./pipe/docker_engine`, `tcp://host:2376/path`, `ssh://me@host/path.sock`. */
  readonly url: string;
  /** `setting`: registryExplorer.engine.endpoint. */
  readonly source: 'setting' | 'DOCKER_HOST' | 'context' | 'socket';
  /** Name of the context, or of the engine that usually has this socket: `Docker`, `Podman`, `Colima`. */
  readonly name: string;
  /** Only for tcp; absent: not encrypted. */
  readonly tls?: EngineTls;
}

/** Whether others can read what is sent to the engine: it is on another machine, and the connection is not encrypted. */
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
   * The engine in use, searched again on each call: the setting, then DOCKER_HOST, the current context, and the first usual
   * socket that exists. It may not answer. Rejects with a Failure of kind `notFound` and code `NO_ENGINE` when there is none.
   */
  readonly current: () => Promise<ContainerEngine>;
  /** All endpoints that can be found: the one in use first, each address once. */
  readonly found: () => Promise<readonly EngineEndpoint[]>;
  readonly open: (endpoint: EngineEndpoint) => Promise<ContainerEngine>;
}

/** Engines whose code is loaded on first use. */
export function enginesOf(load: () => Promise<Engines>): Engines {
  return {
    current: async () => (await load()).current(),
    found: async () => (await load()).found(),
    open: async (endpoint) => (await load()).open(endpoint),
  };
}
