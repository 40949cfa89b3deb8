import { Workflow, WorkflowProps } from '../../lib/constructs/workflow';
import { RegionPair, RegionPairProps } from '../../lib/core/region-pair';
import { createHandler } from '../../lambda/transaction-processor/handler';
import { transactionIdOf } from '../../lambda/transaction-processor/order';
import { Transactions } from '../../lambda/transaction-processor/transactions';
import {
  MemoryArchive,
  MemoryLedger,
  MemoryLog,
  NOW,
  ORDER,
  ScriptedPayments,
} from '../lambda/transaction-processor/memory';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, synth, Synthesized } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const validateAsl = jest.requireActual('asl-validator');
const functionArn = (region: string): string => `arn:aws:lambda:${region}:123456789012:function:processor`;
const keyArn = (region: string): string => `arn:aws:kms:${region}:123456789012:key/mrk-1`;
const PROPS = {
  primaryFunctionArn: functionArn('us-east-1'),
  secondaryFunctionArn: functionArn('us-east-2'),
  primaryKeyArn: keyArn('us-east-1'),
  secondaryKeyArn: keyArn('us-east-2'),
};

const workflow = (props: Partial<WorkflowProps> = {}, pair: Partial<RegionPairProps> = {}): Synthesized =>
  synth((scope, regions) => new Workflow(scope, 'Workflow', { regions, ...PROPS, ...props }), {
    accountId: '123456789012',
    ...pair,
  });
const definitionIn = (synthesized: Synthesized, region: string): Json =>
  JSON.parse(synthesized.only('aws_sfn_state_machine', region).body.definition);
const statementsIn = (synthesized: Synthesized, region: string): Json[] =>
  JSON.parse(synthesized.only('aws_iam_role_policy', region).body.policy).Statement;

describe('Workflow', () => {
  const synthesized = workflow();
  const definition = definitionIn(synthesized, 'us-east-1');

  test('is one state machine per region with the same definition but for the region (R-SFN-1)', () => {
    const [primary, secondary] = ['us-east-1', 'us-east-2'].map(
      (region) => synthesized.only('aws_sfn_state_machine', region).body,
    );
    expect(primary.definition).toContain(functionArn('us-east-1'));
    expect(primary.definition).not.toContain('us-east-2');
    expect(secondary.definition).not.toContain('us-east-1');
    expect(secondary.definition).toBe(primary.definition.replaceAll('us-east-1', 'us-east-2'));
    expect([primary.name, secondary.name]).toEqual(['order-processing-primary-dev', 'order-processing-secondary-dev']);
    expect([primary.type, secondary.type]).toEqual(['STANDARD', 'STANDARD']);
  });

  test('passes the validator of the Amazon States Language', () => {
    expect(validateAsl(definition)).toMatchObject({ isValid: true, errors: [] });
    expect(validateAsl({ ...definition, StartAt: 'Nowhere' }).isValid).toBe(false);
  });

  test.each(['Validate', 'Pay', 'Fulfil', 'RecordFailure'])(
    '%s is retried with jitter on what Lambda really raises, and every error is caught (R-SFN-1)',
    (state) => {
      const { Resource, Retry, Catch, TimeoutSeconds } = definition.States[state];
      expect(Resource).toBe('arn:aws:states:::lambda:invoke');
      expect(Retry[0]).toMatchObject({ BackoffRate: 2, JitterStrategy: 'FULL' });
      expect(Retry[0].ErrorEquals).toEqual(
        expect.arrayContaining([
          'Lambda.ServiceException',
          'Lambda.AWSLambdaException',
          'Lambda.SdkClientException',
          'Lambda.TooManyRequestsException',
          'States.Timeout',
        ]),
      );
      expect(JSON.stringify(Retry)).not.toContain('ThrottlingError');
      expect(JSON.stringify(Retry)).not.toContain('PaymentDeclined');
      expect(Catch[0].ErrorEquals).toEqual(['States.ALL']);
      expect(TimeoutSeconds).toBe(60);
    },
  );

  test('logs everything but the orders to an encrypted group that services may deliver to (R-SFN-2)', () => {
    for (const region of ['us-east-1', 'us-east-2']) {
      const { body } = synthesized.only('aws_sfn_state_machine', region);
      expect(body.logging_configuration).toMatchObject({ level: 'ALL', include_execution_data: false });
      expect(body.logging_configuration.log_destination).toMatch(/:\*$/);
      const group = synthesized.target(body.logging_configuration.log_destination);
      expect(group.body).toMatchObject({
        name: `/aws/vendedlogs/states/${body.name}`,
        retention_in_days: 30,
        kms_key_id: keyArn(region),
      });
      expect(statementsIn(synthesized, region)[1]).toMatchObject({
        Action: expect.arrayContaining([
          'logs:CreateLogDelivery',
          'logs:GetLogDelivery',
          'logs:UpdateLogDelivery',
          'logs:DeleteLogDelivery',
          'logs:ListLogDeliveries',
          'logs:PutResourcePolicy',
          'logs:DescribeResourcePolicies',
          'logs:DescribeLogGroups',
        ]),
        Resource: ['*'],
      });
      expect(body.depends_on).toEqual([synthesized.only('aws_iam_role_policy', region).address]);
    }
  });

  test('is traced, and its role may send traces (R-SFN-3)', () => {
    expect(synthesized.only('aws_sfn_state_machine', 'us-east-1').body.tracing_configuration).toEqual({
      enabled: true,
    });
    expect(statementsIn(synthesized, 'us-east-1')[2].Action).toContain('xray:PutTraceSegments');
    const quiet = workflow({ tracing: false, logLevel: 'ERROR', includeExecutionData: true });
    const { body } = quiet.only('aws_sfn_state_machine', 'us-east-1');
    expect(body.tracing_configuration).toEqual({ enabled: false });
    expect(body.logging_configuration).toMatchObject({ level: 'ERROR', include_execution_data: true });
    expect(statementsIn(quiet, 'us-east-1').map(({ Sid }) => Sid)).toEqual(['Work', 'DeliverLogs']);
  });

  test('calls the function of its own region and nothing else (R-SFN-1, R-TF-3)', () => {
    for (const region of ['us-east-1', 'us-east-2']) {
      expect(statementsIn(synthesized, region)[0]).toEqual({
        Sid: 'Work',
        Effect: 'Allow',
        Action: ['lambda:InvokeFunction'],
        Resource: [functionArn(region), `${functionArn(region)}:*`],
      });
      const role = synthesized.only('aws_iam_role', region).body;
      expect(JSON.parse(role.assume_role_policy).Statement[0]).toMatchObject({
        Principal: { Service: 'states.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
      });
    }
    expect(synthesized.resources('aws_iam_role').map(({ body }) => body.name)).toEqual([
      'order-processing-primary-dev',
      'order-processing-secondary-dev',
    ]);
  });

  test('its ARN is known before it exists, so that its function can start it (R-LAM-11)', () => {
    let arns: string[] = [];
    synth(
      (_, regions) => {
        arns = regions.both.map((region) => Workflow.stateMachineArn(region));
      },
      { accountId: '123456789012' },
    );
    expect(arns).toEqual([
      'arn:aws:states:us-east-1:123456789012:stateMachine:order-processing-primary-dev',
      'arn:aws:states:us-east-2:123456789012:stateMachine:order-processing-secondary-dev',
    ]);
  });

  test('tells its names', () => {
    let built: Workflow | undefined;
    const stack = synth((scope, regions) => {
      built = new Workflow(scope, 'Workflow', { regions, ...PROPS });
    });
    expect(built?.secondary.stateMachineName).toBe('order-processing-secondary-dev');
    expect(built?.secondary.logGroupName).toBeDefined();
    expect(stack.resources('aws_sfn_state_machine')).toHaveLength(2);
  });

  test('keeps its logs as long as the profile says, and works without keys', () => {
    const kept = workflow({ primaryKeyArn: undefined, secondaryKeyArn: undefined }, { protection: 'protected' });
    const { body } = kept.only('aws_cloudwatch_log_group', 'us-east-2');
    expect(body.retention_in_days).toBe(365);
    expect(body.kms_key_id).toBeUndefined();
  });

  test('takes a definition of your own, with the function of each region in its place', () => {
    const own = workflow({
      definition: JSON.stringify({
        StartAt: 'A',
        States: { A: { Type: 'Task', Resource: '${functionArn}', Comment: '100 %{', End: true } },
      }),
    });
    expect(definitionIn(own, 'us-east-2').States.A.Resource).toBe(functionArn('us-east-2'));
    expect(own.only('aws_sfn_state_machine', 'us-east-2').body.definition).toContain('100 %%{');
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    expect(withoutProvider(synthesized)).toEqual([]);
    expect(foreignReferences(synthesized)).toEqual([]);
  });

  test('in another partition, names its service there', () => {
    const gov = synth(
      (scope, regions: RegionPair) =>
        new Workflow(scope, 'Workflow', {
          regions,
          primaryFunctionArn: 'arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:processor',
          secondaryFunctionArn: 'arn:aws-us-gov:lambda:us-gov-east-1:123456789012:function:processor',
        }),
      { primaryRegion: 'us-gov-west-1', secondaryRegion: 'us-gov-east-1' },
    );
    expect(gov.only('aws_sfn_state_machine', 'us-gov-east-1').body.definition).toMatch(
      /arn:\$\{data\.aws_partition\.[^}]*\.partition\}:states:::lambda:invoke/,
    );
    expect(foreignReferences(gov)).toEqual([]);
  });

  const failure = (props: object): string =>
    errorOf((scope, regions) => new Workflow(scope, 'W', { regions, ...PROPS, ...props } as WorkflowProps));

  test.each([
    [{ functionArn: 'x' }, 'test/W: functionArn is "x"; there is no such prop, remove it or correct its spelling'],
    [
      { primaryFunctionArn: 'processor' },
      'test/W: primaryFunctionArn is "processor"; give the ARN of a resource of this kind (arn:aws:lambda:...)',
    ],
    [{ secondaryFunctionArn: undefined }, 'test/W: secondaryFunctionArn is missing; give an ARN'],
    [
      { secondaryFunctionArn: functionArn('us-east-1') },
      'test/W: secondaryFunctionArn is "arn:aws:lambda:us-east-1:123456789012:function:processor"; give the ARN of one in us-east-2: AWS does not accept, or does not reach, one of another region here',
    ],
    [{ primaryKeyArn: undefined }, 'test/W: primaryKeyArn is missing; give a key of each region, or of neither'],
    [{ logLevel: 'OFF' }, 'test/W: logLevel is "OFF"; use one of "ALL", "ERROR", "FATAL"'],
    [{ taskTimeoutSeconds: 0 }, 'test/W: taskTimeoutSeconds is 0; give a whole number from 1 to 1000 seconds'],
    [{ tracing: 'yes' }, 'test/W: tracing is "yes"; give true or false'],
    [{ definition: '{' }, 'test/W: definition is "{"; give JSON'],
    [{ definition: '' }, 'test/W: definition is ""; give a string that is not empty'],
    [
      { definition: '{"States":{}}' },
      'test/W: definition is "{\\"States\\":{}}"; give a definition with StartAt and States',
    ],
    [
      { definition: '{"StartAt":"A","States":{"B":{},"C":{}}}' },
      'test/W: definition is "{\\"StartAt\\":\\"A\\",\\"States\\":{\\"B\\":{},\\"C\\":{}}}"; start at one of the states: B, C',
    ],
    [
      { definition: '{"Resource":"${lambdaArn}"}' },
      'test/W: definition is "{\\"Resource\\":\\"${lambdaArn}\\"}"; replace ${lambdaArn}: the only placeholder is ${functionArn}',
    ],
  ])('fails on %j', (props, message) => {
    expect(failure(props)).toBe(message);
  });
});

describe('the definition, run with the real function', () => {
  // The interpreter is written for a newer Node.js than the oldest this library is built with.
  (Promise as Json).withResolvers ??= () => {
    const parts: Json = {};
    parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
    return parts;
  };
  const { StateMachine } = jest.requireActual('aws-local-stepfunctions');
  const definition = definitionIn(workflow(), 'us-east-1');
  const ID = transactionIdOf('order-1');

  function region() {
    const ledger = new MemoryLedger();
    const payments = new ScriptedPayments();
    const archive = new MemoryArchive();
    const handler = createHandler({
      transactions: new Transactions({ ledger, archive, payments }),
      log: new MemoryLog(),
      now: () => NOW,
    });
    const calls: string[] = [];
    /** Lambda behind `lambda:invoke`: input and output are JSON, an error is its name and a JSON cause. */
    const invoke =
      (state: string) =>
      async ({ Payload }: Json): Promise<Json> => {
        calls.push(state);
        try {
          return { Payload: JSON.parse(JSON.stringify(await handler(JSON.parse(JSON.stringify(Payload))))) };
        } catch (error) {
          const { name, message } = error as Error;
          throw Object.assign(new Error(JSON.stringify({ errorType: name, errorMessage: message })), { name });
        }
      };
    const tasks = ['Validate', 'Pay', 'Fulfil', 'RecordFailure'];
    const run = async (input: Json): Promise<Json> => {
      const overrides = {
        taskResourceLocalHandlers: Object.fromEntries(tasks.map((name) => [name, invoke(name)])),
        retryIntervalOverrides: Object.fromEntries(tasks.map((name) => [name, [0, 0]])),
      };
      return new StateMachine(definition).run(input, { overrides }).result;
    };
    return { ledger, payments, archive, calls, run };
  }
  const input = { order: ORDER, createdAt: '2026-01-31T12:00:00Z' };

  test('an order goes through', async () => {
    const { run, calls, ledger, archive } = region();
    expect(await run(input)).toEqual({ transactionId: ID, ...input, order: { ...ORDER, amount: '100.1' } });
    expect(calls).toEqual(['Validate', 'Pay', 'Fulfil']);
    expect(ledger.types).toEqual(['FULFILMENT', 'ORDER', 'PAYMENT']);
    expect([...archive.objects.keys()]).toEqual([`transactions/${ID}.json`]);
  });

  test('a replay changes nothing, in this region or the other (R-EB-6)', async () => {
    const [one, other] = [region(), region()];
    await one.run(input);
    const before = one.ledger.text;
    await one.run(input);
    await other.run(input);
    expect(one.ledger.text).toBe(before);
    expect(other.ledger.text).toBe(before);
    expect(one.payments.requests).toHaveLength(1);
  });

  test.each([{}, { order: { ...ORDER, amount: 'a lot' } }, { order: null }])(
    'the bad order %j is refused, recorded and not tried again',
    async (bad) => {
      const { run, calls, ledger } = region();
      await expect(run(bad)).rejects.toThrow(/OrderInvalid|order: is missing|amount: give/);
      expect(calls).toEqual(['Validate', 'RecordFailure']);
      expect(ledger.types).toEqual([expect.stringMatching(/^REFUSAL#/)]);
    },
  );

  test('a payment that is not decided is tried again, and the order goes through', async () => {
    const { run, calls, payments } = region();
    payments.unavailable = 2;
    await run(input);
    expect(calls).toEqual(['Validate', 'Pay', 'Pay', 'Pay', 'Fulfil']);
  });

  test('a payment that is never decided is recorded in the end', async () => {
    const { run, calls, payments, ledger } = region();
    payments.unavailable = Infinity;
    await expect(run(input)).rejects.toThrow('the provider does not answer');
    expect(calls.filter((state) => state === 'Pay')).toHaveLength(9);
    expect(await ledger.get(ID, 'FAILURE')).toMatchObject({
      error: 'PaymentUnavailable',
      cause: 'the provider does not answer',
      createdAt: input.createdAt,
    });
  }, 20_000);

  test('a declined payment is recorded and not tried again', async () => {
    const { run, calls, payments, ledger } = region();
    payments.declines = true;
    await expect(run(input)).rejects.toThrow('the provider refused');
    expect(calls).toEqual(['Validate', 'Pay', 'RecordFailure']);
    expect(ledger.types).toEqual(['FAILURE', 'ORDER']);
  });

  test('an error of Lambda is tried again', async () => {
    const { run, calls, payments } = region();
    const { authorize } = payments;
    payments.authorize = async (request) => {
      payments.authorize = authorize;
      throw Object.assign(new Error(`busy ${request.currency}`), { name: 'Lambda.TooManyRequestsException' });
    };
    await run(input);
    expect(calls).toEqual(['Validate', 'Pay', 'Pay', 'Fulfil']);
  });

  test('a failure that cannot be recorded does not hide the first one', async () => {
    const { run, payments, ledger } = region();
    payments.declines = true;
    const { putOnce } = ledger;
    ledger.putOnce = async (record) => {
      if (record.recordType === 'FAILURE') throw new Error('no table');
      return putOnce.call(ledger, record);
    };
    await expect(run(input)).rejects.toThrow('the provider refused');
  });
});

terraformTest(
  'the real AWS provider accepts it',
  () => {
    const synthesized = synth((scope, regions) => {
      new Workflow(scope, 'Workflow', { regions, ...PROPS });
      const { primaryFunctionArn, secondaryFunctionArn } = PROPS;
      new Workflow(scope, 'Plain', { regions, primaryFunctionArn, secondaryFunctionArn, tracing: false });
    });
    expect(validate(synthesized)).toEqual([]);
  },
  60_000,
);
