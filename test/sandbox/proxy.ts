import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Proxy {
  readonly url: string;
  /** `host:port` of every tunnel that was asked for, in order. */
  readonly targets: readonly string[];
  /** Ends open tunnels too. */
  readonly stop: () => Promise<void>;
}

/** An HTTP proxy on loopback, at a free port unless one is named, that does nothing but tunnels: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6 */
export async function startProxy(port = 0): Promise<Proxy> {
  const targets: string[] = [];
  const ends = new Set<Duplex>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', ({ url = '' }, client) => {
    targets.push(url);
    const { hostname, port } = new URL(`http://${url}`);
    const target = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    for (const end of [client, target]) {
      ends.add(end);
      end.once('error', () => end.destroy());
      end.once('close', () => ends.delete(end));
    }
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    stop: async () => {
      for (const end of ends) end.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
