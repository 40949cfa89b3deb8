import { AwsError, succeeded } from '../answer';
import { inputOf } from '../request';
import { Json } from '../wire';
import { Handler, Service } from '../world';

/**
 * CloudTrail: recording is switched on and off by the ARN of a trail too, which is how Terraform names it. Nothing is
 * recorded: what services tell EventBridge of their calls does not hang on a trail here.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartLogging.html
 */
export function cloudtrail(): Service {
  const switched: Handler = async (call, pass) => {
    const input = inputOf<Json>(call);
    const name = String(input.Name ?? '').replace(/^arn:.*:trail\//, '');
    const given = await pass({ ...call, body: Buffer.from(JSON.stringify({ ...input, Name: name })) });
    if (!succeeded(given)) throw new AwsError('TrailNotFoundException', `Unknown trail: ${input.Name}`, 400);
    return given;
  };
  return { StartLogging: switched, StopLogging: switched };
}
