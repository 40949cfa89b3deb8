import { Answer, AwsError, jsonOf, succeeded } from './answer';
import { Call, RawRequest, recognise } from './request';
import { Element, readXml, textAt } from './xml';

/** The input or output of an operation as a JSON document. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

/** Prefixes of the target header, by the service's name in the signature's scope. */
const TARGETS: Readonly<Record<string, string>> = {
  'application-autoscaling': 'AnyScaleFrontendService',
  dynamodb: 'DynamoDB_20120810',
  ecs: 'AmazonEC2ContainerServiceV20141113',
  events: 'AWSEvents',
  firehose: 'Firehose_20150804',
  globalaccelerator: 'GlobalAccelerator_V20180706',
  kms: 'TrentService',
  logs: 'Logs_20140328',
  secretsmanager: 'secretsmanager',
  sqs: 'AmazonSQS',
  ssm: 'AmazonSSM',
  states: 'AWSStepFunctions',
  wafv2: 'AWSWAF_20190729',
};

/** API versions of the query protocol. */
const VERSIONS: Readonly<Record<string, string>> = {
  elasticloadbalancing: '2015-12-01',
  ec2: '2016-11-15',
  iam: '2010-05-08',
  monitoring: '2010-08-01',
  rds: '2014-10-31',
  sns: '2010-03-31',
  sts: '2011-06-15',
};

/** Makes calls of its own, in each protocol, the way a signed client would. */
export class Wire {
  constructor(private readonly send: (call: Call) => Promise<Answer>) {}

  /** Calls an operation of a JSON service. @throws AwsError as the service gave it */
  public async json(service: string, region: string, operation: string, input: object): Promise<Json> {
    const answer = await this.raw(service, region, {
      method: 'POST',
      url: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `${TARGETS[service]}.${operation}`,
      },
      body: Buffer.from(JSON.stringify(input)),
    });
    const output = jsonOf<Json>(answer);
    if (succeeded(answer)) return output;
    throw new AwsError(
      String(output.__type ?? 'InternalFailure').replace(/^.*#/, ''),
      output.message ?? output.Message ?? '',
      answer.status,
    );
  }

  /** Calls an operation of the query protocol. @throws AwsError as the service gave it */
  public async query(
    service: string,
    region: string,
    operation: string,
    form: Readonly<Record<string, string>>,
  ): Promise<Element> {
    const answer = await this.raw(service, region, {
      method: 'POST',
      url: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(
        new URLSearchParams({ Action: operation, Version: VERSIONS[service] ?? '', ...form }).toString(),
      ),
    });
    return xmlOf(answer);
  }

  /** Calls an operation of a REST service by method and path; the answer is given as it is. */
  public raw(service: string, region: string, request: RawRequest): Promise<Answer> {
    const call = recognise({
      ...request,
      headers: {
        host: 'localhost',
        ...request.headers,
        authorization: `AWS4-HMAC-SHA256 Credential=simulator/20200101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      },
    });
    // The signature above always names a service.
    return this.send(call as Call);
  }
}

/** The document of an answer in XML. @throws AwsError as the service gave it */
export function xmlOf(answer: Answer): Element {
  const document = readXml(answer.body.toString());
  if (succeeded(answer)) return document.children[0];
  const error = document.children[0];
  const at = (name: string): string => textAt(error, 'Error', name) ?? textAt(error, name) ?? '';
  throw new AwsError(at('Code') || 'InternalFailure', at('Message'), answer.status);
}
