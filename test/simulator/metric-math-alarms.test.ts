import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  MetricDataQuery,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';

motoDescribe('alarms on metric math', () => {
  const aws = new Fixture({ clock: { factor: 0, start: Date.parse('2030-01-01T00:00:00Z') } });
  const cloudwatch = (): CloudWatchClient => new CloudWatchClient(aws.sdk(P));
  const dimensions = (Operation: string): object[] => [
    { Name: 'TableName', Value: 'orders' },
    { Name: 'Operation', Value: Operation },
  ];
  const metric = (Id: string, operation: string, Stat = 'Sum', Period = 60): MetricDataQuery => ({
    Id,
    ReturnData: false,
    MetricStat: {
      Period,
      Stat,
      Metric: { Namespace: 'AWS/DynamoDB', MetricName: 'SystemErrors', Dimensions: dimensions(operation) as [] },
    },
  });
  const alarm = (AlarmName: string, Metrics: MetricDataQuery[], settings: object = {}): Promise<unknown> =>
    cloudwatch().send(
      new PutMetricAlarmCommand({
        AlarmName,
        Metrics,
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 2,
        EvaluationPeriods: 3,
        DatapointsToAlarm: 2,
        TreatMissingData: 'notBreaching',
        ...settings,
      }),
    );
  const publish = async (operation: string, Value: number): Promise<void> => {
    const Timestamp = new Date((await aws.control.status()).time);
    const datum = { MetricName: 'SystemErrors', Dimensions: dimensions(operation) as [], Value, Timestamp };
    await cloudwatch().send(new PutMetricDataCommand({ Namespace: 'AWS/DynamoDB', MetricData: [datum] }));
  };
  const states = async (): Promise<Record<string, string>> => {
    const { MetricAlarms = [] } = await cloudwatch().send(new DescribeAlarmsCommand({}));
    return Object.fromEntries(MetricAlarms.map(({ AlarmName, StateValue }) => [AlarmName, StateValue ?? '']));
  };
  const pass = (seconds: number): Promise<unknown> => aws.control.clock({ advance: seconds * 1000 });

  test('leave INSUFFICIENT_DATA, rise with the sum of their metrics, and fall again', async () => {
    const both = [metric('m1', 'GetItem'), metric('m2', 'PutItem')];
    await alarm('sum', [{ Id: 'total', Expression: 'SUM(METRICS())', ReturnData: true }, ...both]);
    await alarm('ratio', [
      { Id: 'share', Expression: 'IF(FILL(m2, 0) > 0, 10 * m1 / m2, 0)', ReturnData: true },
      ...both,
    ]);
    await alarm('missing', [{ Id: 'total', Expression: 'm1 + m2', ReturnData: true }, ...both], {
      TreatMissingData: 'missing',
    });
    await alarm('insights', [
      { Id: 'total', Expression: 'SELECT SUM(SystemErrors) FROM "AWS/DynamoDB"', Period: 60, ReturnData: true },
    ]);
    await alarm('mixed', [
      { Id: 'total', Expression: 'm1 + m2', ReturnData: true },
      metric('m1', 'GetItem'),
      metric('m2', 'PutItem', 'Sum', 300),
    ]);
    await alarm('one', [{ ...metric('m1', 'GetItem', 'Maximum'), ReturnData: true }]);
    const silent = { missing: 'INSUFFICIENT_DATA', insights: 'INSUFFICIENT_DATA', mixed: 'INSUFFICIENT_DATA' };
    const none = { sum: 'INSUFFICIENT_DATA', ratio: 'INSUFFICIENT_DATA', one: 'INSUFFICIENT_DATA', ...silent };
    expect(await states()).toEqual(none);
    await pass(61);
    expect(await states()).toEqual({ ...silent, sum: 'OK', ratio: 'OK', one: 'OK' });

    for (let minute = 0; minute < 2; minute++) {
      await publish('GetItem', 2);
      await publish('PutItem', 1);
      await pass(60);
    }
    expect(await states()).toEqual({ ...silent, missing: 'ALARM', sum: 'ALARM', ratio: 'ALARM', one: 'OK' });

    await pass(240);
    expect(await states()).toEqual({ ...silent, sum: 'OK', ratio: 'OK', one: 'OK' });
  });
});
