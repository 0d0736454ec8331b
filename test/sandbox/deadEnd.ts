import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DeadEnd {
  readonly url: string;
  /** Hosts that it was asked to reach, in order. */
  readonly targets: readonly string[];
  readonly stop: () => Promise<void>;
}

/** A proxy that leads nowhere, and tells who wanted to go where: all that is not on this machine. */
export async function startDeadEnd(): Promise<DeadEnd> {
  const targets: string[] = [];
  const server = createServer((request, response) => {
    targets.push(new URL(request.url ?? '', 'http://nowhere').host);
    response.writeHead(502).end();
  });
  server.on('connect', ({ url }, socket) => {
    targets.push(url ?? '');
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    targets,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
