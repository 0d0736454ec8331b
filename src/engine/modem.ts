import Modem from 'docker-modem';
import { Agent as HttpAgent, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { readAddress } from './address';
import type { Address } from './address';
import type { EngineEndpoint, EngineTls } from './engine';
import { sshAgent } from './ssh';

/**
 * The transport that dockerode uses for an endpoint. It is created without docker-modem's constructor, because that always reads
 * DOCKER_HOST and its certificates, which may belong to another engine. Throws a Failure when the endpoint's url is invalid.
 */
export function modemAt({ url, tls }: EngineEndpoint): object {
  const { base, modem, request } = optionsFor(readAddress(url), tls);
  const made: unknown = Object.create(Modem.prototype);
  if (!isModem(made)) throw new TypeError('docker-modem sends its requests in another way.');
  const send = made.buildRequest.bind(made);
  return Object.assign(made, {
    headers: {},
    ...modem,
    buildRequest: (options: RequestOptions, ...rest: readonly unknown[]) => {
      const path = `${base}${options.path ?? ''}`;
      // Engines do not redirect, so redirects are not followed.
      send({ ...options, ...request, path, maxRedirects: 0 }, ...rest);
    },
  });
}

/** The method of docker-modem that its types leave out. */
interface Sending {
  readonly buildRequest: (options: object, ...rest: readonly unknown[]) => void;
}

function isModem(made: unknown): made is Sending {
  return made instanceof Modem && 'buildRequest' in made;
}

interface Where {
  /** Fields of docker-modem itself. */
  readonly modem: object;
  /** Options of each request. */
  readonly request: object;
  /** The path in front of every request path. */
  readonly base: string;
}

function optionsFor(address: Address, tls: EngineTls | undefined): Where {
  const agent = new HttpAgent({ keepAlive: false });
  switch (address.kind) {
    case 'socket':
      return { modem: { socketPath: address.path, protocol: 'http', agent }, request: {}, base: '' };
    case 'ssh':
      return {
        modem: { host: 'localhost', port: 80, protocol: 'http', agent: sshAgent(address) },
        request: {},
        base: '',
      };
    case 'tcp': {
      const { host: hostname, port, path: base } = address;
      const modem = { host: 'localhost', port };
      if (tls === undefined) return { modem: { ...modem, protocol: 'http', agent }, request: { hostname, port }, base };
      const { verify: rejectUnauthorized, ...certificates } = tls;
      return {
        modem: { ...modem, protocol: 'https', agent: new HttpsAgent({ keepAlive: false }) },
        // With each request, because VS Code drops the agent's options when it chooses a proxy.
        request: { hostname, port, rejectUnauthorized, ...certificates },
        base,
      };
    }
  }
}
