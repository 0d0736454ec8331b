import Modem from 'docker-modem';
import { Agent as HttpAgent, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { readAddress } from './address';
import type { Address } from './address';
import type { EngineEndpoint, EngineTls } from './engine';
import { sshAgent } from './ssh';

/**
 * What dockerode speaks through to an engine. Made without docker-modem's constructor, which reads DOCKER_HOST and its certificates
 * whatever else it is told: those are somebody's who shares this process. Throws a Failure where the endpoint's url is none.
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
      // An engine that leads elsewhere is none.
      send({ ...options, ...request, path, maxRedirects: 0 }, ...rest);
    },
  });
}

/** What a modem's types keep to themselves. */
interface Sending {
  readonly buildRequest: (options: object, ...rest: readonly unknown[]) => void;
}

function isModem(made: unknown): made is Sending {
  return made instanceof Modem && 'buildRequest' in made;
}

interface Where {
  /** What docker-modem is to know. */
  readonly modem: object;
  /** What goes with each request. */
  readonly request: object;
  /** Where an engine's paths begin. */
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
        // With the request: what an agent has of it, VS Code forgets when it chooses a proxy.
        request: { hostname, port, rejectUnauthorized, ...certificates },
        base,
      };
    }
  }
}
