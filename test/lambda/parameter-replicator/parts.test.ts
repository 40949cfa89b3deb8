import { SSMClient } from '@aws-sdk/client-ssm';
import fc from 'fast-check';
import { newestOf, originalsOf } from '../../../lambda/parameter-replicator/newest';
import { requestOf } from '../../../lambda/parameter-replicator/request';
import { settingsOf } from '../../../lambda/parameter-replicator/settings';
import { SsmStore } from '../../../lambda/parameter-replicator/ssm-store';
import { handlerOf } from '../../../lambda/parameter-replicator/index';
import { readSwap, swapper } from '../../../lambda/replication/swap';
import { content, eventOf } from './world';

describe('requestOf', () => {
  test.each(['Create', 'Update', 'Delete', 'LabelParameterVersion'])(
    'reads a change of kind %s (R-SSM-1)',
    (operation) => {
      expect(requestOf(eventOf('/app/dev/a', operation, Date.UTC(2026, 1, 2, 3, 4, 5, 678)))).toEqual({
        kind: 'change',
        name: '/app/dev/a',
        operation,
        at: Date.UTC(2026, 1, 2, 3, 4, 5),
      });
    },
  );

  test('reads a reconcile and a manual request, each name once', () => {
    expect(requestOf({ source: 'reconcile' })).toEqual({ kind: 'reconcile' });
    expect(requestOf({ source: 'manual', names: ['/a', '/b', '/a'] })).toEqual({ kind: 'manual', names: ['/a', '/b'] });
  });

  test.each([
    [
      'a refused change (R-SSM-2)',
      { source: 'aws.ssm', detail: { name: '/a', operation: 'Update', exception: 'no' } },
      'the change was refused',
    ],
    ['an unknown operation (R-SSM-2)', eventOf('/a', 'Rename'), 'unknown operation'],
    ['an operation that is no word', { source: 'aws.ssm', detail: { name: '/a', operation: 1 } }, 'unknown operation'],
    ['no detail', { source: 'aws.ssm' }, 'unknown operation'],
    ['no name', { source: 'aws.ssm', detail: { operation: 'Update' } }, 'no name'],
    ['no time', { source: 'aws.ssm', detail: { name: '/a', operation: 'Update' } }, 'no time'],
    ['another source', { source: 'aws.s3' }, 'unknown source'],
    ['nothing', null, 'unknown source'],
  ])('ignores %s', (_, event, reason) => {
    expect(requestOf(event)).toEqual({ kind: 'ignored', reason });
  });

  test.each([[undefined], [[]], ['/a'], [[1]]])('refuses a manual request with the names %p', (names) => {
    expect(() => requestOf({ source: 'manual', names })).toThrow(
      'give names: a list of parameter names with at least one',
    );
  });
});

describe('swapper', () => {
  test('takes the longest match first, once, from left to right', () => {
    const swap = swapper([
      ['db.east', 'db.west'],
      ['db.east.reader', 'reader'],
      ['[a.b]', '(c|d)'],
    ]);
    expect(swap('db.east.reader db.east db.west reader [a.b] (c|d) aab')).toBe(
      'reader db.west db.east db.east.reader (c|d) [a.b] aab',
    );
  });

  test('keeps dollar signs as they are', () => {
    expect(swapper([['price', '$& $1 $$']])('price')).toBe('$& $1 $$');
  });

  test.each([
    ['{}', 'a swap is a list of pairs of texts'],
    ['[["db.east"]]', 'a swap is a list of pairs of texts'],
    ['[["db.east",1]]', 'a swap is a list of pairs of texts'],
    ['[["db.east",""]]', 'a text of a swap is empty'],
    ['[["db.east","db.west"],["db.north","db.west"]]', 'a text is in two pairs of a swap'],
  ])('is not made of %s, and the function says so when it starts', (map, message) => {
    const env = { AWS_REGION: 'us-east-1', TARGET_REGION: 'us-west-2', PREFIX: '/app', REPLICATOR_ROLES: '["a"]' };
    expect(() => readSwap(JSON.parse(map))).toThrow(message);
    expect(() => handlerOf({ ...env, VALUE_MAP: map })).toThrow(message);
  });

  test('without pairs changes nothing', () => {
    expect(swapper([])('db.east')).toBe('db.east');
  });

  test('finds its way back', () => {
    const swap = swapper([
      ['east-1', 'west-1'],
      ['east-22', 'west-2'],
    ]);
    fc.assert(
      fc.property(fc.array(fc.constantFrom('east-1', 'west-1', 'east-22', 'west-2', ' ', 'x')), (parts) => {
        const text = parts.join('|');
        expect(swap(swap(text))).toBe(text);
      }),
    );
  });
});

describe('newestOf', () => {
  const version = (number: number, modified: number, author = 'N/A') => ({
    version: number,
    modified,
    author,
    content: content(String(number)),
    labels: [],
  });

  test('takes the later of two versions of one moment', () => {
    const originals = originalsOf({ versions: [version(1, 5), version(2, 5)] }, 'us-east-1', []);
    expect(newestOf(originals)?.version.version).toBe(2);
    expect(newestOf([...originals].reverse())?.version.version).toBe(2);
  });

  test('prefers an original to its copy', () => {
    const original = originalsOf({ versions: [version(3, 5)] }, 'us-east-1', []);
    const copy = originalsOf(
      {
        versions: [version(1, 9)],
        mark: { replicaVersion: 1, origin: { region: 'us-east-1', version: 3, modified: 5 } },
      },
      'us-west-2',
      [],
    );
    expect(newestOf([...copy, ...original])?.foundIn).toBe('us-east-1');
    expect(newestOf([...original, ...copy])?.foundIn).toBe('us-east-1');
  });

  test('takes an author for a replicator by the whole name of the role, with a session or without', () => {
    const authored = (author: string) =>
      originalsOf({ versions: [version(1, 1, author)] }, 'us-east-1', ['replicate-dev']).length;
    expect(authored('arn:aws:sts::123456789012:assumed-role/replicate-dev/session')).toBe(0);
    expect(authored('arn:aws:sts::123456789012:assumed-role/replicate-dev')).toBe(0);
    expect(authored('arn:aws:sts::123456789012:assumed-role/replicate-dev-2/session')).toBe(1);
    expect(authored('arn:aws:iam::123456789012:user/replicate-dev')).toBe(1);
  });

  test('does not believe a mark that names what somebody wrote', () => {
    const [original] = originalsOf(
      {
        versions: [version(1, 7, 'arn:aws:iam::123456789012:user/ann')],
        mark: { replicaVersion: 1, origin: { region: 'us-west-2', version: 1, modified: 2 } },
      },
      'us-east-1',
      ['replicate-dev'],
    );
    expect(original.origin).toEqual({ region: 'us-east-1', version: 1, modified: 7 });
  });
});

describe('settingsOf', () => {
  test('names every variable that is missing', () => {
    expect(() => settingsOf({ AWS_REGION: 'us-east-1' })).toThrow('TARGET_REGION, PREFIX, REPLICATOR_ROLES missing');
  });

  test('has defaults for the rest', () => {
    expect(
      settingsOf({ AWS_REGION: 'us-east-1', TARGET_REGION: 'us-west-2', PREFIX: '/app', REPLICATOR_ROLES: '["a"]' }),
    ).toEqual({
      localRegion: 'us-east-1',
      peerRegion: 'us-west-2',
      peerKeyId: undefined,
      prefix: '/app',
      excludedPaths: [],
      roles: ['a'],
      valueMap: [],
      settleMilliseconds: 5000,
      logLevel: undefined,
    });
  });
});

describe('SsmStore', () => {
  const answering = (...answers: unknown[]) => {
    const send = jest.fn();
    for (const answer of answers) {
      if (answer instanceof Error) send.mockRejectedValueOnce(answer);
      else send.mockResolvedValueOnce(answer);
    }
    return { send, store: new SsmStore('us-east-1', { send } as unknown as SSMClient, 'key') };
  };
  const named = (name: string) => Object.assign(new Error('not for logs'), { name });
  const mark = { replicaVersion: 2, origin: { region: 'us-west-2', version: 1, modified: 0 } };

  test('reads what AWS leaves out as its defaults', async () => {
    const { store } = answering({ Parameters: [{}] }, {});
    expect(await store.read('/a')).toEqual({
      versions: [{ version: 0, modified: 0, author: '', content: content(''), labels: [] }],
      mark: undefined,
    });
  });

  test('reads an empty history as no parameter, and an empty page as the end', async () => {
    expect(await answering({ Parameters: [] }).store.read('/a')).toBeUndefined();
    expect(await answering({}).store.read('/a')).toBeUndefined();
    const { store } = answering({ NextToken: 'more' }, { Parameters: [{ Name: '/a/b' }, {}] });
    const names: string[] = [];
    for await (const { name } of store.list('/a')) names.push(name);
    expect(names).toEqual(['/a/b', '']);
  });

  test.each([
    ['a version that is no number', { 'dr:replica-version': 'x' }],
    ['a time that is none', { 'dr:origin-modified': 'yesterday' }],
    ['no region', { 'dr:origin-region': '' }],
  ])('takes tags with %s for no mark', async (_, damage) => {
    const whole = {
      'dr:origin-region': 'us-west-2',
      'dr:origin-version': '1',
      'dr:origin-modified': '1970-01-01T00:00:00.000Z',
      'dr:replica-version': '2',
    };
    const tagList = (tags: object) => ({ TagList: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) });
    const read = async (tags: object) => answering({ Parameters: [{ Version: 2 }] }, tagList(tags)).store.read('/a');
    expect((await read(whole))?.mark).toEqual(mark);
    expect((await read({ ...whole, ...damage }))?.mark).toBeUndefined();
  });

  test('never sends tags with an overwrite, and a key with secure strings only (R-SSM-4, R-SSM-5)', async () => {
    const { store, send } = answering({ Version: 3 }, {}, {});
    expect(await store.update('/a', content('1', { type: 'SecureString' }))).toBe(3);
    expect(await store.update('/a', content('1'))).toBe(0);
    await store.create('/a', content('1'), mark);
    const [secure, plain, created] = send.mock.calls.map(([{ input }]) => input);
    expect(secure).toMatchObject({ Overwrite: true, KeyId: 'key', Description: '' });
    expect(secure.Tags).toBeUndefined();
    expect(plain.KeyId).toBeUndefined();
    expect(created.Tags).toHaveLength(4);
    expect([created.Overwrite, created.Description]).toEqual([undefined, undefined]);
  });

  test('says that somebody else was faster to create', async () => {
    expect(await answering(named('ParameterAlreadyExists')).store.create('/a', content('1'), mark)).toBe(false);
  });

  test('takes what is gone for done (R-SSM-3)', async () => {
    await answering(named('ParameterNotFound')).store.remove('/a');
    await answering(named('InvalidResourceId')).store.mark('/a', mark);
    await answering(named('ParameterVersionNotFound')).store.label('/a', 1, ['live']);
  });

  test('passes on the name of an error and never its text', async () => {
    const refused = named('ParameterPatternMismatchException');
    await expect(answering(refused).store.update('/a', content('1'))).rejects.toThrow(
      /^PutParameter of \/a in us-east-1 failed: ParameterPatternMismatchException$/,
    );
    await expect(answering(refused).store.create('/a', content('1'), mark)).rejects.toThrow(
      /^PutParameter of \/a in us-east-1 failed: ParameterPatternMismatchException$/,
    );
  });
});
