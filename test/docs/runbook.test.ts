import { spawnSync } from 'child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { TableLedger } from '../../lambda/transaction-processor/aws';
import { createHandler } from '../../lambda/transaction-processor/handler';
import { Transactions } from '../../lambda/transaction-processor/transactions';
import { MemoryArchive, MemoryLedger, MemoryLog, NOW, ScriptedPayments } from '../lambda/transaction-processor/memory';
import { Json } from '../support/synth';
import { describeWith, judge, Verdict } from './aws-cli';
import { MANIFEST } from './manifest';
import { Block, callsOf, Page, pages } from './markdown';

const RUNBOOK = new Page('docs/runbook.md');
const DEPLOYMENT = new Page('docs/deployment.md');
const FAILOVER = 'Unplanned failover';

/** What the pages let a person fill in, or loop over. The rest comes from the runbook's own first blocks. */
const FILLED_IN: Record<string, string> = {
  check: MANIFEST.routing?.healthChecks.primary ?? '',
  region: MANIFEST.regions.primary,
  queue: MANIFEST.deadLetterQueues.primary[0],
  START: '1790000000',
  NOW: '1790000900',
  TRANSACTION_ID: `txn-${'0'.repeat(32)}`,
  EXECUTION_ARN: 'arn:aws:states:us-east-2:111122223333:execution:order-processing-secondary-dev:txn-1',
  QUEUE_URL: 'https://sqs.us-east-2.amazonaws.com/111122223333/orders-dead-letters-secondary-dev',
  RECEIPT: 'receipt',
  KEY: 'transactions/txn-1.json',
  SNAPSHOT: 'rds:unplanned-global-failover-aurora-primary-dev-2026-01-31-03-20',
  FROM: '2026-01-31T03:00:00Z',
  TO: '2026-01-31T03:20:00Z',
  STATE_BUCKET: 'your-company-terraform-state',
  STATE_BUCKET_REGION: 'us-east-2',
  DOMAIN_NAME: 'dr.your-company.com',
  HOSTED_ZONE_ID: 'Z0123456789ABCDEFGHIJ',
};

/** What commands read from files that other commands of the page have written. */
const FILES: Record<string, string> = {
  'key.json': '{"transactionId":{"S":"txn-1"},"recordType":{"S":"ORDER"}}',
  'values.json': '{":id":{"S":"txn-1"}}',
  'event.json': '{}',
  'reconcile.json': '{"source":"reconcile"}',
  'encryption.json': '{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms"}}]}',
};

/** Fields of responses whose shape the CLI does not show, or in which a query that compares values finds nothing. */
const FIELDS: Record<string, string> = {
  'cloudwatch describe-alarms': 'MetricAlarms AlarmName StateValue StateReason',
  'dynamodb describe-table': 'Table TableStatus Replicas RegionName ReplicaStatus',
  'dynamodb query': 'Items recordType S',
  'dynamodb scan': 'Count',
  'lambda invoke': 'StatusCode',
  'rds describe-db-cluster-snapshots': 'DBClusterSnapshots DBClusterSnapshotIdentifier Status SnapshotCreateTime',
  'route53 update-health-check': 'HealthCheck HealthCheckConfig Inverted',
  'sqs get-queue-attributes': 'Attributes ApproximateNumberOfMessages',
  'ssm get-parameters-by-path': 'Parameters Type Name Value',
};

/** Lends a folder that is gone afterwards. */
async function inFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a script the way a person's bash would, and gives what it printed. */
function bash(script: string, cwd: string, env: Record<string, string> = {}): string {
  const { stdout, stderr, status } = spawnSync('bash', ['-c', script], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  });
  if (status !== 0) throw new Error(`${stderr || stdout}\n${script}`);
  return stdout;
}

interface Command {
  readonly page: Page;
  readonly block: Block;
  /** As it is written. */
  readonly text: string;
}

const commands: Command[] = pages().flatMap((page) =>
  page.shellBlocks.flatMap((block) => callsOf('aws', block.text).map((text) => ({ page, block, text }))),
);
const operationOf = ({ text }: Command): string => text.split(/\s+/).slice(0, 2).join(' ');
const regionOf = ({ text }: Command): string | undefined => /--region (\S+)/.exec(text)?.[1];
const failover = commands.filter(({ page, block }) => page.path === RUNBOOK.path && block.headings[1] === FAILOVER);

/** The blocks of a heading of the runbook. */
const blocksOf = (heading: string): readonly Block[] =>
  RUNBOOK.shellBlocks.filter(({ headings }) => headings[headings.length - 1] === heading);

describe('commands of the documentation', () => {
  test('are found', () => {
    expect(commands.length).toBeGreaterThan(70);
    expect(failover.length).toBeGreaterThan(15);
  });

  test('name their region, each of them', () => {
    expect(commands.filter((command) => regionOf(command) === undefined).map(({ text }) => text)).toEqual([]);
  });

  test('work with both versions of the CLI: payloads come from files, and no option is of one version only', () => {
    const texts = commands.map(({ text }) => text).join('\n');
    expect(texts).not.toMatch(/--cli-binary-format|--cli-auto-prompt|--no-cli-pager|--payload (?!fileb:\/\/)/);
    expect(texts).not.toMatch(/'\{/);
  });

  test('read no file that no command of the page has written', () => {
    const missing = commands.flatMap(({ page, text }) =>
      [...text.matchAll(/fileb?:\/\/([\w.-]+)/g)]
        .map(([, file]) => file)
        .filter((file) => !page.shellBlocks.some((block) => block.text.includes(`> ${file}`)) || !(file in FILES)),
    );
    expect(missing).toEqual([]);
  });

  test('ask us-east-1 for Route 53 and its metrics only', () => {
    const fixed = commands.filter((command) => /^us-/.test(regionOf(command) ?? ''));
    expect(fixed.length).toBeGreaterThan(3);
    expect(fixed.filter(({ text }) => !/^route53 |--namespace AWS\/Route53 /.test(text))).toEqual([]);
  });
});

describe('the unplanned failover', () => {
  /** What changes something there: data plane, and the one call that Aurora offers for it. */
  const CHANGES = [
    'cloudwatch put-metric-data',
    'lambda invoke',
    'rds failover-global-cluster',
    'stepfunctions redrive-execution',
  ];
  const READS = /^[a-z0-9-]+ (describe|get|list|head|query|scan)(-|$)/;

  test('uses the data plane only (R-R53-16)', () => {
    const operations = failover.map(operationOf);
    expect(operations.filter((operation) => !READS.test(operation) && !CHANGES.includes(operation))).toEqual([]);
    const services = operations.map((operation) => operation.split(' ')[0]);
    expect(services.filter((service) => ['iam', 'route53', 'sts'].includes(service))).toEqual([]);
  });

  test('asks the surviving region only, with no exception', () => {
    expect(failover.filter((command) => regionOf(command) !== '"$SECONDARY"').map(({ text }) => text)).toEqual([]);
    const ofPrimary = failover.filter(({ text }) => /\$(\w*_PRIMARY\w*|PRIMARY)\b/.test(text));
    expect(ofPrimary.map(({ text }) => text)).toEqual([]);
  });

  test('runs no Terraform', () => {
    const shell = RUNBOOK.shellBlocks.filter(({ headings }) => headings[1] === FAILOVER).map(({ text }) => text);
    expect(shell.join('\n')).not.toMatch(/terraform|cdktf|npm/);
  });

  test('promotes with what AWS wants: data loss allowed, an ARN, in the target region (R-AUR-26)', () => {
    const [promotion, ...others] = failover.filter(({ text }) => text.startsWith('rds failover-global-cluster'));
    expect(others).toEqual([]);
    expect(promotion.text).toContain('--allow-data-loss');
    expect(promotion.text).toContain('--target-db-cluster-identifier "$CLUSTER_SECONDARY_ARN"');
  });

  test('fits the declared time to recover, step by step', () => {
    const rows = RUNBOOK.table('step', 'from (min)', 'to (min)', 'path');
    const critical = rows.filter(([, , , path]) => path === 'critical').map((row) => row.slice(1, 3).map(Number));
    expect(critical[0][0]).toBe(0);
    critical.slice(1).forEach(([from], index) => expect(from).toBe(critical[index][1]));
    const ends = rows.map(([, , to]) => Number(to));
    expect(Math.max(...ends)).toBeLessThanOrEqual(MANIFEST.objectives.rtoMinutes);
    const steps = RUNBOOK.text.match(/^### \d\. /gm) ?? [];
    const numbered = rows.filter(([step]) => /^\d /.test(step)).map(([step]) => step[0]);
    expect(numbered).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(steps.slice(0, 7).map((step) => step[4])).toEqual(numbered);
  });

  test('holds the primary out before it promotes, and at least every hour', () => {
    const operations = failover.map(operationOf);
    expect(operations.indexOf('cloudwatch put-metric-data')).toBeLessThan(
      operations.indexOf('rds failover-global-cluster'),
    );
    const [hold] = blocksOf('3. Hold the primary out');
    const [, pause] = /sleep (\d+)/.exec(hold.text) ?? [];
    expect(Number(pause)).toBeLessThanOrEqual(3600);
  });
});

describe('the way back', () => {
  const switchovers = commands.filter(({ text }) => text.startsWith('rds switchover-global-cluster'));

  test('is a switchover in the region that has the writer (R-AUR-26)', () => {
    const calls = switchovers.map(({ block, text }) => [
      block.headings[1],
      /--region (\S+)/.exec(text)?.[1],
      /--target-db-cluster-identifier (\S+)/.exec(text)?.[1],
    ]);
    expect(calls).toEqual([
      ['Planned switchover', '"$PRIMARY"', '"$CLUSTER_SECONDARY_ARN"'],
      ['Failback', '"$SECONDARY"', '"$CLUSTER_PRIMARY_ARN"'],
    ]);
  });

  test('lets traffic in last, after the writer is home', () => {
    const back = commands.filter(({ block }) => block.headings[1] === 'Failback').map(({ text }) => text);
    const letIn = back.findIndex((text) => /put-metric-data .*--value 0$/.test(text));
    expect(letIn).toBeGreaterThan(back.findIndex((text) => text.startsWith('rds switchover-global-cluster')));
  });

  test('puts 0 in more than one minute, because the alarm takes the maximum of each', () => {
    const [block] = blocksOf('5. Let the traffic in');
    expect(block.text).toMatch(/^for minute in 1 2 3; do\n[\s\S]*--value 0\n {2}sleep 60\ndone$/m);
  });

  test('never disables a health check (R-R53-9)', () => {
    expect(commands.filter(({ text }) => /--disabled\b/.test(text))).toEqual([]);
    expect(RUNBOOK.prose.includes('takes a disabled check for healthy')).toBe(true);
    const inverted = commands.filter(({ text }) => /--(no-)?inverted\b/.test(text));
    expect(inverted.map(({ block }) => block.headings[1])).toEqual(['Drills', 'Drills']);
  });
});

describe("the operator's role", () => {
  const policy = JSON.parse(DEPLOYMENT.blocks.find(({ text }) => text.includes('"Statement"'))?.text ?? '');
  const allowed: string[] = policy.Statement.flatMap(({ Action }: Json) => Action);
  const PREFIXES: Record<string, string> = { s3api: 's3', stepfunctions: 'states' };
  const ACTIONS: Record<string, string> = {
    'lambda:Invoke': 'lambda:InvokeFunction',
    's3:HeadObject': 's3:GetObject',
    's3:ListObjectsV2': 's3:ListBucket',
    's3:GetBucketReplication': 's3:GetReplicationConfiguration',
  };
  const actionOf = (command: Command): string => {
    const [service, operation] = operationOf(command).split(' ');
    const name = operation
      .split('-')
      .map((word) => (word === 'db' ? 'DB' : word[0].toUpperCase() + word.slice(1)))
      .join('');
    const action = `${PREFIXES[service] ?? service}:${name}`;
    return ACTIONS[action] ?? action;
  };
  const used = commands.filter(({ page }) => page.path === RUNBOOK.path).map(actionOf);

  test('may do everything the runbook does', () => {
    expect([...new Set(used)].filter((action) => !allowed.includes(action))).toEqual([]);
  });

  test('may do nothing that no step needs', () => {
    // What AWS asks for behind a call that is in the runbook, and what its prose names.
    const behind = [
      'kms:CreateGrant',
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:GenerateDataKey',
      'rds:AddTagsToResource',
      'states:DescribeExecution',
    ];
    expect(allowed.filter((action) => !used.includes(action) && !behind.includes(action))).toEqual([]);
  });
});

describeWith(
  'aws',
  'jq',
  'bash',
)('the AWS CLI', () => {
  /** Every command as the CLI gets it: the runbook's own blocks give the variables. */
  function expanded(): Promise<{ command: Command; args: string[] }[]> {
    return inFolder((folder) => {
      writeFileSync(join(folder, 'manifest.json'), JSON.stringify(MANIFEST));
      const [regions, , names] = blocksOf('Before anything');
      const lines = (block: Block): string =>
        block.text
          .split('\n')
          .filter((line) => !line.startsWith('aws '))
          .join('\n');
      const variables = `set -u\n${lines(regions)}\n${lines(names)}`;
      expect(bash(variables, folder)).toBe('');
      const all = commands.map(({ text }) => `args=(${text}); printf '%s\\0' "\${args[@]}"; printf '\\n\\0'`);
      const printed = bash([variables, ...all].join('\n'), folder, FILLED_IN);
      const calls = printed.split('\n\0').slice(0, -1);
      return calls.map((call, index) => ({ command: commands[index], args: call.split('\0').slice(0, -1) }));
    });
  }

  let calls: { command: Command; args: string[] }[];
  let verdicts: Map<string, Verdict>;

  beforeAll(async () => {
    calls = await expanded();
    // A call that is right in one region is right in the other.
    const inOneRegion = (args: string[]): string =>
      JSON.stringify(args.map((arg) => (arg === 'us-east-1' ? 'us-east-2' : arg)));
    const distinct = [...new Set(calls.map(({ args }) => inOneRegion(args)))];
    await inFolder(async (folder) => {
      for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
      const judged = await judge(
        distinct.map((text) => JSON.parse(text)),
        folder,
      );
      verdicts = new Map(distinct.map((text, index) => [text, judged[index]]));
    });
  }, 240_000);

  test('takes every command, with its options and values', () => {
    const problems = [...verdicts].flatMap(([text, { problem }]) => (problem ? [`${text}: ${problem}`] : []));
    expect(problems).toEqual([]);
  });

  test('answers with what every --query selects', () => {
    const empty = (answer: unknown): boolean =>
      answer === null || answer === undefined || (Array.isArray(answer) && answer.some(empty));
    const queried = [...verdicts].flatMap(([text, { problem, answer }]) => {
      const args: string[] = JSON.parse(text);
      const query = args[args.indexOf('--query') + 1];
      return problem || !args.includes('--query') ? [] : [{ operation: args.slice(0, 2).join(' '), query, answer }];
    });
    expect(queried.length).toBeGreaterThan(30);
    const wrong = queried
      .filter(({ answer }) => empty(answer))
      .flatMap(({ operation, query }) =>
        query
          .replace(/'[^']*'|starts_with/g, '')
          .split(/\W+/)
          .filter((word) => /^[A-Za-z]/.test(word) && !FIELDS[operation]?.includes(word))
          .map((word) => `${operation}: ${word}`),
      );
    expect(wrong).toEqual([]);
  });

  test('would refuse a wrong option, a missing parameter and a wrong value', async () => {
    const wrong = [
      ['rds', 'failover-global-cluster', '--region', 'us-east-2', '--bogus'],
      ['rds', 'failover-global-cluster', '--region', 'us-east-2', '--global-cluster-identifier', 'a'],
      [
        'cloudwatch',
        'put-metric-data',
        '--region',
        'us-east-2',
        '--namespace',
        'a',
        '--metric-name',
        'b',
        '--value',
        'c',
      ],
    ];
    const judged = await judge(wrong, tmpdir());
    expect(judged.map(({ problem }) => problem !== undefined)).toEqual([true, true, true]);
  }, 30_000);

  test('is told the identity of the switch that Routing watches', () => {
    const hold = calls.find(({ command }) => /put-metric-data .*--value 1$/.test(command.text));
    expect(hold?.args.slice(2)).toEqual([
      ...['--region', 'us-east-2', '--namespace', 'MultiRegionDR', '--metric-name', 'PrimaryOutOfService'],
      ...['--dimensions', 'EnvironmentSuffix=dev', '--value', '1'],
    ]);
  });
});

describeWith(
  'jq',
  'openssl',
  'bash',
)('stranded orders (R-SFN-4)', () => {
  const ITEMS = [
    { sku: 'book', quantity: '2', price: '10.50' },
    { sku: 'gift', quantity: '1' },
  ];
  const order = (orderId: string, more: object = {}): object => ({
    orderId,
    customerId: 'customer-1',
    amount: '100.10',
    currency: 'USD',
    ...more,
  });

  /** A function of the lost region, or of the surviving one: what it wrote, and what it started. */
  const processor = (ledger = new MemoryLedger()) => {
    const started: string[] = [];
    const workflow = { start: async (name: string): Promise<void> => void started.push(name) };
    const ports = { ledger, archive: new MemoryArchive(), payments: new ScriptedPayments(), workflow };
    const transactions = new Transactions(ports);
    return {
      started,
      ledger,
      transactions,
      handler: createHandler({ transactions, log: new MemoryLog(), now: () => NOW }),
    };
  };

  /** The records as the table holds them, on their way into a client that sends nothing. */
  async function itemsOf(ledger: MemoryLedger): Promise<Json[]> {
    const items: Json[] = [];
    const client = { send: async ({ input }: PutItemCommand) => void items.push(input.Item) };
    const table = new TableLedger(client as unknown as DynamoDBClient, 'table', 'index');
    for (const record of ledger.records.values()) await table.putOnce(record);
    return items;
  }

  /** An `aws` that answers from the records and keeps what a function is invoked with. */
  const STUB = `#!/bin/bash
case "$1 $2" in
  'dynamodb scan') cat all.json ;;
  'dynamodb get-item') jq --slurpfile key key.json '{Item: .Items[] | select(.transactionId == $key[0].transactionId and .recordType == $key[0].recordType)}' all.json ;;
  'lambda invoke') cat event.json >> invoked.txt; printf '{}' > answer.json ;;
esac
`;

  test('are found, rebuilt from their records and accepted by the other region as what they were', async () => {
    const lost = processor();
    const submitted: Record<string, string> = {};
    for (const [name, value] of Object.entries({
      plain: order('plain', { items: ITEMS }),
      timed: order('timed', { createdAt: '2026-01-31T11:59:00Z' }),
      paid: order('paid', { items: [] }),
      done: order('done'),
      failed: order('failed'),
      damaged: order('damaged'),
    })) {
      submitted[name] = (await lost.transactions.submit(value, '2026-01-31T12:00:00.000Z')).transactionId;
    }
    await lost.transactions.pay(order('paid', { items: [] }), '2026-01-31T12:00:00.000Z');
    await lost.transactions.pay(order('done'), '2026-01-31T12:00:00.000Z');
    await lost.transactions.fulfil(order('done'), '2026-01-31T12:00:00.000Z');
    await lost.transactions.recordFailure(order('failed'), { Error: 'PaymentDeclined' });
    const items = await itemsOf(lost.ledger);
    const damaged = items.find(({ transactionId }) => transactionId.S === submitted.damaged);
    damaged.amount.N = '1';

    const { printed, events } = await inFolder((folder) => {
      writeFileSync(join(folder, 'all.json'), JSON.stringify({ Items: items }));
      writeFileSync(join(folder, 'aws'), STUB, { mode: 0o755 });
      const [list, handIn] = blocksOf('6. Hand in stranded orders');
      const script = `PATH="$PWD:$PATH" SECONDARY=s TABLE=t PROCESSOR_SECONDARY=p\n${list.text}\n${handIn.text}`;
      const output = bash(script, folder);
      const invoked = readFileSync(join(folder, 'invoked.txt'), 'utf8').trim().split('\n');
      return { printed: output, events: invoked.map((line) => JSON.parse(line)) };
    });
    expect(printed).toContain(`${submitted.damaged}: the record does not match its fingerprint`);

    const surviving = processor(lost.ledger);
    for (const event of events)
      expect(await surviving.handler(event)).toMatchObject({ status: 'accepted', isNew: false });
    expect(surviving.started.sort()).toEqual([submitted.plain, submitted.timed, submitted.paid].sort());
  });
});
