import { AddressInfo, createServer } from 'net';
import { databaseProbe } from '../../../lambda/health/probes';

describe('databaseProbe', () => {
  test('resolves when something listens, and closes the connection', async () => {
    const server = createServer((socket) => void socket.on('close', () => server.close()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const closed = new Promise<void>((resolve) => server.on('close', () => resolve()));
    await databaseProbe('127.0.0.1', (server.address() as AddressInfo).port).run(new AbortController().signal);
    await closed;
  });

  test('rejects with the code of the socket when nothing does', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(databaseProbe('127.0.0.1', port).run(new AbortController().signal)).rejects.toMatchObject({
      name: 'ECONNREFUSED',
    });
  });

  test('rejects when it is aborted', async () => {
    // An address for documentation: nothing is there, and nobody says so.
    const controller = new AbortController();
    const result = databaseProbe('192.0.2.1', 5432).run(controller.signal);
    controller.abort();
    await expect(result).rejects.toMatchObject({
      name: expect.stringMatching(/AbortError|ENETUNREACH|EHOSTUNREACH/),
    });
  });
});
