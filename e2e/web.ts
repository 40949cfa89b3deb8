import { request } from 'http';

/** An answer of a load balancer. */
export interface Reply {
  readonly status?: number;
  readonly body: Record<string, string>;
}

/** Asks a host name of the system, as a user would who resolved it to the simulator. */
export function ask(
  endpoint: string,
  host: string,
  method: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      endpoint + path,
      { method, headers: { host, 'content-type': 'application/json', ...headers } },
      (incoming) => {
        let text = '';
        incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
        incoming.on('end', () => resolve({ status: incoming.statusCode, body: parsed(text) }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body && JSON.stringify(body));
  });
}

function parsed(text: string): Record<string, string> {
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}
