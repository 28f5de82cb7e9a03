import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import { callerAddress } from '../../access/limits/caller-address.js';
import { rawAnswer } from './odd-requests.js';

/** How often it is said at most that connections are not taken, in ms. */
const SAY_MS = 60_000;

type Limits = Pick<Settings, 'maxConnections' | 'maxConnectionsPerAddress' | 'httpWorkers' | 'trustProxy'>;

/** Bounds how many connections a process has open, and how many of them from one address. */
export function boundConnections(server: Server, limits: Limits): void {
  const { maxConnections, httpWorkers } = limits;
  server.maxConnections = Math.ceil(maxConnections / httpWorkers);
  const most = Math.ceil(mostPerAddress(limits) / httpWorkers);
  const open = new Map<string, number>();
  let saidAt = -Infinity;
  server.on('drop', () => {
    if (performance.now() - saidAt < SAY_MS) return;
    saidAt = performance.now();
    new Logger('Server').warn(
      `More connections than ${server.maxConnections} (MAX_CONNECTIONS) are not taken.`,
    );
  });
  server.on('connection', (socket: Socket) => {
    const address = callerAddress(socket.remoteAddress);
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = open.get(address)! - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
    if (count > most) refuse(socket, count);
  });
}

function mostPerAddress({ maxConnections, maxConnectionsPerAddress, trustProxy }: Limits): number {
  if (maxConnectionsPerAddress > 0) return maxConnectionsPerAddress;
  return trustProxy === false ? Math.ceil(maxConnections / 2) : maxConnections;
}

function refuse(socket: Socket, count: number): void {
  socket.on('error', () => {}); // It is closed next.
  socket.pause();
  socket.end(rawAnswer(429, `This address has ${count - 1} connections open, which is the most.`), () =>
    socket.destroy(),
  );
}
