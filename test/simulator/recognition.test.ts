import { RawRequest, recognise, inputOf, listOf } from '../../simulator/request';

const SCOPE = (service: string, region = 'us-east-2'): string =>
  `AWS4-HMAC-SHA256 Credential=key/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;

function request(method: string, url: string, service: string, extra: Partial<RawRequest> = {}): RawRequest {
  return { method, url, body: Buffer.alloc(0), ...extra, headers: { authorization: SCOPE(service), ...extra.headers } };
}

describe('the operation of a request', () => {
  test.each([
    ['GET', '/bucket', 's3', 'ListObjects', 'data'],
    ['GET', '/bucket/?list-type=2&prefix=a', 's3', 'ListObjectsV2', 'data'],
    ['GET', '/bucket?versioning', 's3', 'GetBucketVersioning', 'control'],
    ['GET', '/bucket/a/b%20c?x-id=GetObject', 's3', 'GetObject', 'data'],
    ['PUT', '/bucket/key?partNumber=1&uploadId=u', 's3', 'UploadPart', 'data'],
    ['PUT', '/bucket', 's3', 'CreateBucket', 'control'],
    ['PUT', '/bucket?object-lock', 's3', 'PutObjectLockConfiguration', 'control'],
    ['GET', '/bucket?notification', 's3', 'GetBucketNotificationConfiguration', 'control'],
    ['POST', '/2015-03-31/functions/f/invocations', 'lambda', 'Invoke', 'data'],
    [
      'GET',
      '/2013-04-01/testdnsanswer?hostedzoneid=z&recordname=n&recordtype=A',
      'route53',
      'TestDNSAnswer',
      'control',
    ],
    ['PUT', '/backup/plans/p/selections/', 'backup', 'CreateBackupSelection', 'control'],
    ['POST', '/Execute', 'rds-data', 'ExecuteStatement', 'data'],
    ['POST', '/nothing/like/it', 'lambda', 'Unknown', 'control'],
  ])('%s %s of %s is %s', (method, url, service, operation, plane) => {
    expect(recognise(request(method, url, service))).toMatchObject({ service, region: 'us-east-2', operation, plane });
  });

  test('a copy differs from a put by its header', () => {
    const headers = { authorization: SCOPE('s3'), 'x-amz-copy-source': '/a/b' };
    expect(recognise(request('PUT', '/bucket/key', 's3', { headers }))?.operation).toBe('CopyObject');
  });

  test('the target header names the operation of JSON services', () => {
    const headers = { 'x-amz-target': 'DynamoDB_20120810.PutItem' };
    expect(recognise(request('POST', '/', 'dynamodb', { headers }))).toMatchObject({
      operation: 'PutItem',
      protocol: 'json',
      plane: 'data',
    });
  });

  test('the action names the operation of the query protocol, in the body or in the query', () => {
    const body = Buffer.from('Action=DescribeGlobalClusters&Version=2014-10-31');
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const wanted = { operation: 'DescribeGlobalClusters', protocol: 'query' };
    expect(recognise(request('POST', '/', 'rds', { headers, body }))).toMatchObject(wanted);
    expect(recognise(request('GET', '/?Action=DescribeGlobalClusters', 'rds'))).toMatchObject(wanted);
  });

  test('the path names the operation of Smithy RPC', () => {
    const url = '/service/GraniteServiceVersion20100801/operation/PutMetricData';
    expect(recognise(request('POST', url, 'monitoring'))).toMatchObject({
      operation: 'PutMetricData',
      protocol: 'cbor',
    });
  });

  test('labels of the path are decoded, and left alone when they cannot be', () => {
    expect(recognise(request('GET', '/bucket/a%2Fb', 's3'))?.labels).toEqual({ Bucket: 'bucket', Key: 'a/b' });
    expect(recognise(request('GET', '/bucket/%E0%A4%A', 's3'))?.labels.Key).toBe('%E0%A4%A');
  });
});

describe('the scope of a request', () => {
  const sent = (authorization: string | undefined, url = '/', headers = {}): ReturnType<typeof recognise> =>
    recognise({ method: 'POST', url, headers: { authorization, ...headers }, body: Buffer.alloc(0) });

  test('SigV4A names no region in the scope, but a set of them beside it', () => {
    const authorization = 'AWS4-ECDSA-P256-SHA256 Credential=key/20260101/events/aws4_request, SignedHeaders=host';
    expect(sent(authorization, '/', { 'x-amz-region-set': '*' })).toMatchObject({
      service: 'events',
      region: 'us-east-1',
    });
    expect(sent(authorization, '/', { 'x-amz-region-set': 'eu-west-1,us-east-2' })?.region).toBe('eu-west-1');
  });

  test('a presigned URL has it in the query', () => {
    const url = '/bucket/key?X-Amz-Credential=key%2F20260101%2Feu-west-1%2Fs3%2Faws4_request';
    expect(sent(undefined, url)).toMatchObject({ service: 's3', region: 'eu-west-1' });
  });

  test('web identities sign nothing', () => {
    expect(sent(undefined, '/?Action=AssumeRoleWithWebIdentity')).toMatchObject({
      service: 'sts',
      region: 'us-east-1',
    });
  });

  test.each(['', 'Bearer x', 'AWS4-HMAC-SHA256 Credential=a/b', 'AWS4-HMAC-SHA256 Credential='])(
    '%p is of no AWS client',
    (authorization) => expect(sent(authorization)).toBeUndefined(),
  );
});

test('the input of a call is its JSON or its form; what is neither is empty', () => {
  const json = recognise(
    request('POST', '/', 'ssm', { headers: { 'x-amz-target': 'AmazonSSM.X' }, body: Buffer.from('{"a":1}') }),
  );
  const garbage = recognise(
    request('POST', '/', 'ssm', { headers: { 'x-amz-target': 'AmazonSSM.X' }, body: Buffer.from('{') }),
  );
  expect([json, garbage].map((call) => call && inputOf(call))).toEqual([{ a: 1 }, {}]);
});

test('lists of the query protocol keep their order', () => {
  expect(listOf({ 'Names.member.10': 'b', 'Names.member.2': 'a', 'Names.1': 'first', Other: 'x' }, 'Names')).toEqual([
    'first',
    'a',
    'b',
  ]);
});
