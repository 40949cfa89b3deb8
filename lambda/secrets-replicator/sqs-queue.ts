import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { calling } from '../replication/failure';
import { Queue, ReplayMessage } from './replay';

/** A queue of SQS, over its API. */
export class SqsQueue implements Queue {
  constructor(
    private readonly region: string,
    private readonly client: SQSClient,
    private readonly url: string,
  ) {}

  public async send(message: ReplayMessage): Promise<void> {
    const name = this.url.slice(this.url.lastIndexOf('/') + 1);
    await calling({ operation: 'SendMessage', name, region: this.region }, () =>
      this.client.send(new SendMessageCommand({ QueueUrl: this.url, MessageBody: JSON.stringify(message) })),
    );
  }
}
