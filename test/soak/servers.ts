import { buildImage } from '../sandbox/images';
import type { BuiltManifest } from '../sandbox/images';
import type { Fault } from '../sandbox/faults';
import { startV2Server } from '../sandbox/v2Server';
import type { FaultKind, Model, ServerModel } from './model';
import { Model as TheModel } from './model';

export const user = 'alice';
export const passwordOf = ({ password }: ServerModel): string => `wonderland ${password}`;

const faultOf: Readonly<Record<FaultKind, Fault>> = {
  broken: { status: 500 },
  gone: { kind: 'reset' },
  babble: { status: 200, body: '<html>' },
};

/** Three registries: one with a repository of several pages, one with a password, and one with more repositories than are drawn at first. */
const layouts = [
  { label: 'Alpha', pageSize: 60, needsPassword: false, tags: [150, 5, 2, 0] },
  { label: 'Beta', pageSize: 1000, needsPassword: true, tags: [4, 1, 3] },
  { label: 'Gamma', pageSize: 110, needsPassword: false, tags: Array.from({ length: 310 }, () => 1) },
];

export interface Servers {
  /** A model of the servers as they are at the start; it and the servers are in agreement after `arrange`. */
  readonly newModel: () => Model;
  readonly arrange: (model: Model) => void;
  /** What the setting lists while these are connected. */
  readonly listed: (
    model: Model,
  ) => readonly { readonly provider: string; readonly label: string; readonly url: string }[];
  readonly urlOf: (server: ServerModel) => string;
  readonly stop: () => Promise<void>;
}

export async function startServers(): Promise<Servers> {
  const images = new Map<number, BuiltManifest>();
  const imageOf = (number: number): BuiltManifest => {
    const image = images.get(number) ?? buildImage({ env: [`N=${number}`] });
    images.set(number, image);
    return image;
  };
  const running = await Promise.all(
    layouts.map(async ({ label, pageSize }) => {
      return [label, await startV2Server({ pageCap: pageSize })] as const;
    }),
  );
  const byLabel = new Map(running);
  const serverOf = ({ label }: ServerModel) => {
    const found = byLabel.get(label);
    if (found === undefined) throw new Error(`There is no server ${label}.`);
    return found;
  };
  const urlOf = (server: ServerModel) => serverOf(server).url;
  return {
    newModel: () => new TheModel(layouts.map(serverModel)),
    arrange: ({ servers }) => {
      for (const each of servers) {
        const server = serverOf(each);
        server.load(
          [...each.repositories].map(([name, tags]) => ({
            name,
            tags: Object.fromEntries([...tags].map(([tag, image]) => [tag, imageOf(image)])),
          })),
        );
        if (each.needsPassword) server.behaviour.auth = { kind: 'basic', users: { [user]: passwordOf(each) } };
        server.clearFaults();
        // Nobody looks at them, and the memory of this process is measured.
        server.forgetRequests();
        if (each.fault !== undefined) server.fail(/./, faultOf[each.fault]);
      }
    },
    listed: ({ servers }) =>
      servers
        .filter(({ isConnected }) => isConnected)
        .map((each) => ({ provider: 'generic', label: each.label, url: urlOf(each) })),
    urlOf,
    stop: async () => {
      await Promise.all(running.map(([, server]) => server.stop()));
    },
  };
}

function serverModel({ label, tags, ...layout }: (typeof layouts)[number]): ServerModel {
  const digits = String(tags.length).length;
  const repositories = tags.map((count, at) => {
    const name = `${label.toLowerCase()}/app-${String(at + 1).padStart(digits, '0')}`;
    return [name, new Map(Array.from({ length: count }, (_none, tag) => [`1.0.${tag + 1}`, tag + 1]))] as const;
  });
  return {
    ...{ label, ...layout, repositories: new Map(repositories) },
    ...{ isConnected: true, password: 1, hasPassword: false, fault: undefined },
  };
}
