import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Towards the server behind the wire, or back from it. */
type Direction = 'up' | 'down';

/** A TCP connection that can be made slow, held and cut; what stands behind it is not asked. */
export interface Wire {
  readonly port: number;
  /** `127.0.0.1:port` */
  readonly host: string;
  /** Of each connection and direction; may be set at any time. */
  bytesPerSecond: number;
  /** Bytes that went through. */
  readonly passed: Readonly<Record<Direction, number>>;
  readonly open: number;
  /** Lets so many more bytes through, 0 by default, then none until `release`. */
  readonly hold: (direction: Direction, bytes?: number) => void;
  readonly release: () => void;
  /** Ends every connection there is; new ones are served. */
  readonly cut: () => void;
  /** Resolves when the condition holds, which is looked at after every change; rejects after `timeoutMs`. */
  readonly until: (condition: (wire: Wire) => boolean, timeoutMs?: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startWire(targetPort: number, options: { readonly bytesPerSecond?: number } = {}): Promise<Wire> {
  const passed = { up: 0, down: 0 };
  const left = { up: Infinity, down: Infinity };
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let open = 0;

  const changed = (): void => {
    for (const look of [...waiting]) look();
  };
  const until: Wire['until'] = (condition, timeoutMs = 60_000) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!condition(wire)) return;
        waiting.delete(look);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(look);
        reject(new Error(`Waited in vain; ${open} connections, ${passed.up} bytes up, ${passed.down} down`));
      }, timeoutMs);
      waiting.add(look);
      look();
    });
  const carry = async (from: Socket, to: Socket, direction: Direction): Promise<void> => {
    for await (const chunk of from) {
      let rest = chunk as Buffer;
      while (rest.length > 0) {
        if (left[direction] <= 0) await until(() => left[direction] > 0 || to.destroyed, 600_000);
        if (to.destroyed) return;
        const speed = wire.bytesPerSecond;
        // Small steps, so that a slow wire flows instead of dripping.
        const part = rest.subarray(0, Math.min(left[direction], speed / 20));
        rest = rest.subarray(part.length);
        left[direction] -= part.length;
        const isFlushed = to.write(part);
        passed[direction] += part.length;
        changed();
        // As long as this part takes: a socket hands over less than a step of a fast wire.
        if (Number.isFinite(speed)) await delay(Math.ceil((part.length / speed) * 1000), undefined, { ref: false });
        else if (!isFlushed) await Promise.race([once(to, 'drain'), once(to, 'close')]);
      }
    }
    to.end();
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const target = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    open++;
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.once('close', () => {
        sockets.delete(socket);
        if (socket === client) open--;
        if (!socket.readableEnded) other.destroy();
        changed();
      });
      const broken = (): void => {
        socket.destroy();
        other.destroy();
      };
      carry(socket, other, socket === client ? 'up' : 'down').catch(broken);
    }
    changed();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const wire: Wire = {
    port,
    host: `127.0.0.1:${port}`,
    bytesPerSecond: options.bytesPerSecond ?? Infinity,
    passed,
    get open() {
      return open;
    },
    hold: (direction, bytes = 0) => {
      left[direction] = bytes;
    },
    release: () => {
      left.up = Infinity;
      left.down = Infinity;
      changed();
    },
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    until,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      changed();
      await closed;
    },
  };
  return wire;
}
