import { execFileSync, spawn } from 'child_process';
import { Agent, request } from 'http';
import { createServer } from 'net';
import { setTimeout as pause } from 'timers/promises';

import { median, root, table } from './measure.mjs';

const REGION = 'us-east-1';
const CLIENTS = 8;
/** Each figure is the median of so many rounds of so many requests. */
const ROUNDS = 3;
const REQUESTS = 300;
const MEMORY_REQUESTS = 100_000;

const TARGETS = { dynamodb: 'DynamoDB_20120810', sqs: 'AmazonSQS', states: 'AWSStepFunctions' };

/** The simulator beside the bare moto_server that it stands in front of: requests per second, and memory. */
export default async function simulator() {
  const bare = await start('moto_server', (port) => ['moto_server', '-H', '127.0.0.1', '-p', String(port)]);
  const front = await start('simulator', (port) => [
    ...[process.execPath, '-r', 'ts-node/register', 'drill/dr.ts', 'sim', '--port', String(port), 'start'],
  ]);
  try {
    for (const { call } of [bare, front]) await prepare(call);
    const rows = [];
    for (const [name, ...given] of CALLS) {
      const at = await perSecond(front.call, given);
      const beside = name.startsWith('answered') ? undefined : await perSecond(bare.call, given);
      rows.push([
        name,
        beside === undefined ? '' : beside.toFixed(0),
        at.toFixed(0),
        beside === undefined ? '' : `${((1000 / at - 1000 / beside) * CLIENTS).toFixed(2)} ms`,
      ]);
    }
    table(['requests per second, 8 clients', 'moto_server', 'simulator', 'added per request'], rows);

    const [, ...own] = CALLS.find(([name]) => name.startsWith('answered'));
    const memory = [['after the requests above', ...megabytes(front)]];
    for (const times of [1, 2, 3]) {
      await many(front.call, own, MEMORY_REQUESTS);
      memory.push([`after ${times * MEMORY_REQUESTS} more`, ...megabytes(front)]);
    }
    console.log();
    table(['memory', 'simulator', 'its moto_server'], memory);
    const { calls, callsForgotten } = await front.status();
    console.log(`\naccess log: ${calls} calls kept, ${callsForgotten} forgotten (aim: at most 200000 kept)`);
  } finally {
    for (const { stop } of [bare, front]) stop();
  }
}

const KEY = { id: { S: 'a' } };

const CALLS = [
  ['passed through: DynamoDB GetItem', 'dynamodb', 'GetItem', { TableName: 'bench', Key: KEY }],
  ['passed through: SQS GetQueueUrl', 'sqs', 'GetQueueUrl', { QueueName: 'bench' }],
  [
    'amended: SQS SendMessage',
    'sqs',
    'SendMessage',
    { QueueUrl: 'http://localhost/123456789012/bench', MessageBody: 'a' },
  ],
  ['amended: DynamoDB PutItem', 'dynamodb', 'PutItem', { TableName: 'bench', Item: KEY }],
  ['answered by the simulator itself', 'states', 'ListStateMachineVersions', { stateMachineArn: 'arn' }],
];

async function prepare(call) {
  await call('dynamodb', 'CreateTable', {
    TableName: 'bench',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  });
  await call('dynamodb', 'PutItem', { TableName: 'bench', Item: KEY });
  await call('sqs', 'CreateQueue', { QueueName: 'bench' });
}

async function perSecond(call, given) {
  await many(call, given, REQUESTS / 10);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begun = process.hrtime.bigint();
    await many(call, given, REQUESTS);
    rounds.push(REQUESTS / (Number(process.hrtime.bigint() - begun) / 1e9));
  }
  return median(rounds);
}

async function many(call, given, count) {
  let left = count;
  const client = async () => {
    while (left-- > 0) await call(...given);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

/** Starts a server in a process of its own, and waits until it answers. */
async function start(name, command) {
  const port = await freePort();
  const [program, ...args] = command(port);
  const child = spawn(program, args, { cwd: root, stdio: 'ignore' });
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const send = (options, body = '') =>
    new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port, agent, ...options }, (incoming) => {
        let text = '';
        incoming.on('data', (chunk) => (text += chunk));
        incoming.on('end', () =>
          incoming.statusCode === 200 ? resolve(text) : reject(new Error(`${name}: ${incoming.statusCode} ${text}`)),
        );
      });
      outgoing.on('error', (error) => (outgoing.reusedSocket ? resolve(send(options, body)) : reject(error)));
      outgoing.end(body);
    });
  const call = (service, operation, input) =>
    send(
      {
        method: 'POST',
        path: '/',
        headers: {
          authorization: `AWS4-HMAC-SHA256 Credential=bench/20200101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': `${TARGETS[service]}.${operation}`,
        },
      },
      JSON.stringify(input),
    );
  for (const end = Date.now() + 60_000; ;) {
    try {
      await send({ path: '/moto-api/' });
      break;
    } catch (error) {
      if (Date.now() > end || child.exitCode !== null) throw new Error(`${name} does not start`, { cause: error });
      await pause(200);
    }
  }
  return {
    pid: child.pid,
    call,
    status: async () => JSON.parse(await send({ path: '/_simulator/status' })),
    stop: () => {
      agent.destroy();
      child.kill();
    },
  };
}

/** Memory of a process, and of the server that it started. */
function megabytes({ pid }) {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' }).trim().split('\n');
  const processes = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const below = (id) => processes.filter(([, parent]) => parent === id).flatMap((each) => [each, ...below(each[0])]);
  const [own] = processes.filter(([id]) => id === pid);
  const show = (kilobytes) => `${(kilobytes / 1024).toFixed(0)} MB`;
  return [show(own[2]), show(below(pid).reduce((sum, [, , kilobytes]) => sum + kilobytes, 0))];
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
