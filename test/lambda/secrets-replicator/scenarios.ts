import { ACCOUNT, Fault, MemoryAws, OTHER_ACCOUNT, Secret, START } from './memory';

export const EAST = 'us-east-1';
export const WEST = 'us-west-2';
export const EU = 'eu-west-1';
export const ROLE = `arn:aws:iam::${OTHER_ACCOUNT}:role/receive-secrets`;
export const CONFIG = 'secrets-replicator/destinations';

/** A situation, what is told about it, and what is to come of it. */
export interface Scenario {
  readonly title: string;
  /**
   * @default - us-west-2 and eu-west-1, everything lets pass
   */
  readonly destinations?: readonly object[];
  /** What steers the replicator besides, by name without `secrets-replicator/`. */
  readonly files?: Readonly<Record<string, string | object>>;
  /** Originals by region, and `region/account` where it is another one, in the order of writing. */
  readonly given?: readonly (readonly [place: string, name: string, value: string])[];
  readonly faults?: readonly Fault[];
  readonly prepare?: (aws: MemoryAws) => void;
  /**
   * @default - somebody put a value into app/db
   */
  readonly event?: unknown;
  /** Milliseconds that each invocation has left, margin included. */
  readonly left?: number;
  /** `secret -> destination as name: status, reason`; the name only where it is another one. */
  readonly results: readonly string[];
  /** What readers get in the end, by region or `region/account`. */
  readonly state: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Destinations of the messages that are left in the dead-letter queue. */
  readonly dead?: readonly (readonly string[])[];
  readonly check?: (aws: MemoryAws) => void;
}

export function changed(eventName: string, name = 'app/db', fields: object = {}, region = EAST): unknown {
  return {
    version: '0',
    source: 'aws.secretsmanager',
    'detail-type': 'AWS API Call via CloudTrail',
    account: ACCOUNT,
    region,
    time: new Date(START).toISOString(),
    detail: {
      eventSource: 'secretsmanager.amazonaws.com',
      eventName,
      requestParameters: { secretId: name },
      ...fields,
    },
  };
}

export const ALL = 'secrets-replicator/filters/all';
export const west = (fields: object = {}): object => ({ region: WEST, filters: ALL, ...fields });
export const eu = (fields: object = {}): object => ({ region: EU, filters: ALL, ...fields });
const foreign = (fields: object = {}): object => ({ region: WEST, filters: ALL, roleArn: ROLE, ...fields });
const FOREIGN = `${WEST}/${OTHER_ACCOUNT}`;

/** Writes what a scenario starts from. */
export function furnish(
  aws: MemoryAws,
  { destinations = [west(), eu()], files = {}, given, faults, prepare }: Scenario,
) {
  aws.write(EAST, CONFIG, JSON.stringify({ destinations }));
  for (const [name, text] of Object.entries({ 'filters/all': { '**': '' }, ...files })) {
    aws.write(EAST, `secrets-replicator/${name}`, typeof text === 'string' ? text : JSON.stringify(text));
  }
  for (const [place, name, value] of given ?? [[EAST, 'app/db', 'host=db.us-east-1']]) {
    const [region, account] = place.split('/');
    aws.write(region, name, value, account);
  }
  aws.faults.push(...(faults ?? []).map((fault) => ({ ...fault })));
  prepare?.(aws);
}

const secretOf = (aws: MemoryAws, region: string, name = 'app/db', account = ACCOUNT): Secret =>
  aws.secret(region, name, account) ?? aws.add(region, name, account);
const versionsIn = (aws: MemoryAws, region: string, name = 'app/db'): number =>
  secretOf(aws, region, name).versions.length;

const DB = 'host=db.us-east-1';
const BOTH = { [WEST]: { 'app/db': DB }, [EU]: { 'app/db': DB } };
const REPLICATED = [`app/db -> ${WEST}: replicated`, `app/db -> ${EU}: replicated`];
const atWest = (rest: string): string => `app/db -> ${WEST}: ${rest}`;
const ONE = { [WEST]: { 'app/db': DB } };

/** One copy of the source in us-west-2, as the replicator leaves it. */
const copied =
  (name = 'app/db', text = DB, created = 0) =>
  (aws: MemoryAws): void => {
    const at = created || (aws.secret(EAST, 'app/db')?.versions[0].created ?? START);
    aws.write(WEST, name, text);
    const there = secretOf(aws, WEST, name);
    there.tags = { 'dr:origin-region': EAST };
    const [version] = there.versions;
    there.versions = [{ ...version, id: `replica-${EAST}-${at}-0123456789abcdef01234` }];
  };

export const SCENARIOS: readonly Scenario[] = [
  { title: 'a new secret is created everywhere', results: REPLICATED, state: BOTH },
  {
    title: 'a value that is there already is not written again (W12)',
    prepare: (aws) => copied()(aws),
    destinations: [west()],
    results: [atWest('unchanged')],
    state: ONE,
    check: (aws) => expect(aws.calls.filter((call) => !/^(Describe|Get)/.test(call))).toEqual([]),
  },
  {
    title: 'an older copy is replaced, in one version',
    prepare: copied('app/db', 'old', START),
    destinations: [west()],
    results: [atWest('replicated')],
    state: ONE,
    check: (aws) => expect(versionsIn(aws, WEST)).toBe(2),
  },
  {
    title: 'an event that is late is answered with the value of now',
    given: [
      [EAST, 'app/db', 'first'],
      [EAST, 'app/db', 'second'],
    ],
    results: REPLICATED,
    state: { [WEST]: { 'app/db': 'second' }, [EU]: { 'app/db': 'second' } },
  },
  {
    title: 'a rollback at the source arrives (the source alone decides which of its versions is current)',
    given: [
      [EAST, 'app/db', 'good'],
      [EAST, 'app/db', 'bad'],
    ],
    destinations: [west()],
    prepare: (aws) => {
      const [good, bad] = secretOf(aws, EAST).versions;
      copied('app/db', 'bad', bad.created)(aws);
      aws.roll(EAST, 'app/db', good.id);
    },
    results: [atWest('replicated')],
    state: { [WEST]: { 'app/db': 'good' } },
  },
  {
    title: 'a rotation that is pending is not replicated (W10)',
    destinations: [west()],
    prepare: (aws) => void aws.pending(EAST, 'app/db', 'pending'),
    results: [atWest('replicated')],
    state: ONE,
  },
  {
    title: 'a rotation that has succeeded is (W10)',
    destinations: [west()],
    prepare: (aws) => {
      copied()(aws);
      aws.roll(EAST, 'app/db', aws.pending(EAST, 'app/db', 'rotated').id);
    },
    event: changed('RotationSucceeded', 'app/db', {
      additionalEventData: { SecretId: `arn:aws:secretsmanager:${EAST}:${ACCOUNT}:secret:app/db-AbCdEf` },
    }),
    results: [atWest('replicated')],
    state: { [WEST]: { 'app/db': 'rotated' } },
  },
  {
    title: 'a manual call with an ARN finds the name',
    event: { source: 'manual', secretId: `arn:aws:secretsmanager:${EAST}:${ACCOUNT}:secret:app/db-AbCdEf` },
    results: REPLICATED,
    state: BOTH,
  },
  {
    title: 'a manual call with a name that is none fails, and is kept',
    event: { source: 'manual', secretId: 'app/typo' },
    destinations: [west()],
    results: [`app/typo -> ${WEST}: failed, there is no such secret`],
    state: {},
    dead: [[WEST]],
  },
  {
    title: 'a manual call with an ARN that is none fails, and is kept',
    event: { source: 'manual', secretId: `arn:aws:secretsmanager:${EAST}:${ACCOUNT}:secret:app/gone-AbCdEf` },
    destinations: [west()],
    results: [
      `arn:aws:secretsmanager:${EAST}:${ACCOUNT}:secret:app/gone-AbCdEf -> ${WEST}: failed, there is no such secret`,
    ],
    state: {},
    dead: [[WEST]],
  },
  {
    title: 'a manual call may be for some destinations only',
    event: { source: 'manual', secretId: 'app/db', destinations: [EU] },
    results: [`app/db -> ${EU}: replicated`],
    state: { [WEST]: {}, [EU]: { 'app/db': DB } },
  },
  {
    title: 'several secrets of a manual call are independent',
    given: [
      [EAST, 'app/a', '1'],
      [EAST, 'app/b', '2'],
    ],
    destinations: [west()],
    event: { source: 'manual', secretIds: ['app/a', 'app/none', 'app/b'] },
    results: [
      `app/a -> ${WEST}: replicated`,
      `app/none -> ${WEST}: failed, there is no such secret`,
      `app/b -> ${WEST}: replicated`,
    ],
    state: { [WEST]: { 'app/a': '1', 'app/b': '2' } },
    dead: [[WEST]],
  },
  {
    title: 'an event of another region is refused',
    event: changed('PutSecretValue', 'app/db', {}, WEST),
    destinations: [west()],
    results: [atWest('failed, the change was made in another region than the function is in')],
    state: { [WEST]: {} },
    dead: [[WEST]],
  },
  {
    title: 'a secret without a value waits for one',
    given: [],
    destinations: [west()],
    prepare: (aws) => void aws.add(EAST, 'app/db'),
    results: [atWest('unchanged, the source has no value yet')],
    state: { [WEST]: {} },
  },
  {
    title: 'a destination without a value gets its first one',
    destinations: [west({ tags: false })],
    prepare: (aws) => void aws.add(WEST, 'app/db'),
    results: [atWest('replicated')],
    state: ONE,
  },
  {
    title: 'throttling that passes is waited for (W4, W15)',
    faults: [{ operation: 'CreateSecret', region: WEST, code: 'ThrottlingException', times: 3 }],
    results: REPLICATED,
    state: BOTH,
  },
  {
    title: 'throttling that stays is tried again later, at that destination alone (W3, W4)',
    faults: [{ operation: 'CreateSecret', region: WEST, code: 'ThrottlingException', times: 7 }],
    results: REPLICATED,
    state: BOTH,
    check: (aws) => expect(aws.calls.filter((call) => call === `DescribeSecret ${EU} app/db`)).toHaveLength(1),
  },
  {
    title: 'throttling for ever ends in the dead-letter queue (W5)',
    faults: [{ operation: 'CreateSecret', region: WEST, code: 'TooManyRequestsException' }],
    results: [atWest('failed, CreateSecret of app/db in us-west-2 failed: TooManyRequestsException'), REPLICATED[1]],
    state: { [WEST]: {}, [EU]: { 'app/db': DB } },
    dead: [[WEST]],
  },
  {
    title: 'a region that is gone costs the others nothing (W3)',
    faults: ['DescribeSecret', 'GetSecretValue'].map((operation) => ({
      operation,
      region: WEST,
      code: 'ECONNREFUSED',
    })),
    results: [atWest('failed, DescribeSecret of app/db in us-west-2 failed: ECONNREFUSED'), REPLICATED[1]],
    state: { [WEST]: {}, [EU]: { 'app/db': DB } },
    dead: [[WEST]],
  },
  {
    title: 'an answer that is lost is no second write (W12)',
    destinations: [west()],
    faults: [{ operation: 'CreateSecret', code: 'TimeoutError', times: 1, isAnswerLost: true }],
    results: [atWest('replicated')],
    state: ONE,
    check: (aws) => expect(versionsIn(aws, WEST)).toBe(1),
  },
  {
    title: 'a lost answer to the switch of versions is no second write (W12)',
    destinations: [west()],
    prepare: copied('app/db', 'old', START),
    faults: [{ operation: 'UpdateSecretVersionStage', code: 'TimeoutError', times: 1, isAnswerLost: true }],
    results: [atWest('replicated')],
    state: ONE,
    check: (aws) => expect(versionsIn(aws, WEST)).toBe(2),
  },
  {
    title: 'who may not write is told at once, and the others go on (W3)',
    faults: [{ operation: 'CreateSecret', region: EU, code: 'AccessDeniedException' }],
    results: [
      REPLICATED[0],
      `app/db -> ${EU}: failed, CreateSecret of app/db in eu-west-1 failed: AccessDeniedException`,
    ],
    state: { [WEST]: { 'app/db': DB }, [EU]: {} },
    dead: [[EU]],
    check: (aws) => expect(aws.calls.filter((call) => call.startsWith(`CreateSecret ${EU}`))).toHaveLength(1),
  },
  {
    title: 'a source that may not be read fails everywhere',
    faults: [{ operation: 'GetSecretValue', region: EAST, name: 'app/db', code: 'AccessDeniedException' }],
    destinations: [west()],
    results: [atWest('failed, GetSecretValue of app/db in us-east-1 failed: AccessDeniedException')],
    state: { [WEST]: {} },
    dead: [[WEST]],
  },
  {
    title: 'a disabled key of the destination is told',
    destinations: [west({ kmsKeyId: 'arn:aws:kms:us-west-2:111122223333:key/off' }), eu()],
    prepare: (aws) => void aws.disabledKeys.add('arn:aws:kms:us-west-2:111122223333:key/off'),
    results: [atWest('failed, CreateSecret of app/db in us-west-2 failed: EncryptionFailure'), REPLICATED[1]],
    state: { [WEST]: {}, [EU]: { 'app/db': DB } },
    dead: [[WEST]],
  },
  {
    title: 'a new copy is encrypted with the key of its destination',
    destinations: [west({ kmsKeyId: 'alias/copies' }), eu()],
    results: REPLICATED,
    state: BOTH,
    check: (aws) =>
      expect([secretOf(aws, WEST).kmsKeyId, secretOf(aws, EU).kmsKeyId]).toEqual(['alias/copies', undefined]),
  },
  {
    title: 'a copy moves to another key without a new version (W13)',
    destinations: [west({ kmsKeyId: 'arn:aws:kms:us-west-2:111122223333:key/new' })],
    prepare: (aws) => {
      copied()(aws);
      aws.change(WEST, 'app/db', { kmsKeyId: 'arn:aws:kms:us-west-2:111122223333:key/old' });
    },
    results: [atWest('unchanged, key')],
    state: ONE,
    check: (aws) => {
      expect(secretOf(aws, WEST).kmsKeyId).toMatch(/new$/);
      expect(versionsIn(aws, WEST)).toBe(1);
    },
  },
  {
    title: 'a filter that cannot be read stops its destination alone, and lets nothing pass (W7, W8)',
    destinations: [west({ filters: `${ALL}, secrets-replicator/filters/override` }), eu()],
    files: { 'filters/override': '{"app/db": "mask"' },
    results: [atWest(`failed, ${ALL},secrets-replicator/filters/override: a filter is not JSON`), REPLICATED[1]],
    state: { [WEST]: {}, [EU]: { 'app/db': DB } },
    dead: [[WEST]],
  },
  {
    title: 'a filter that is not there stops its destination alone (W7)',
    destinations: [west({ filters: 'secrets-replicator/filters/none' }), eu()],
    results: [atWest('failed, secrets-replicator/filters/none is not there or has no text'), REPLICATED[1]],
    state: { [WEST]: {}, [EU]: { 'app/db': DB } },
    dead: [[WEST]],
  },
  {
    title: 'a filter that could not be read once is read again later (W7)',
    destinations: [west({ filters: 'secrets-replicator/filters/slow' }), eu()],
    files: { 'filters/slow': { '**': '' } },
    faults: [
      { operation: 'GetSecretValue', name: 'secrets-replicator/filters/slow', code: 'InternalServiceError', times: 6 },
    ],
    results: REPLICATED,
    state: BOTH,
  },
  {
    title: 'what the filter does not let pass is told, and its destination not even asked (W22, W27)',
    destinations: [west({ filters: 'secrets-replicator/filters/web' }), eu()],
    files: { 'filters/web': { 'web/*': '', 'app/db': false } },
    results: [atWest('filtered, the filter does not let it pass'), REPLICATED[1]],
    state: { [WEST]: {}, [EU]: { 'app/db': DB } },
    check: (aws) => expect(aws.calls.filter((call) => call.includes(WEST))).toEqual([]),
  },
  {
    title: 'a secret that no destination takes is not even read (W22, W27)',
    destinations: [
      west({ filters: 'secrets-replicator/filters/none' }),
      foreign({ filters: 'secrets-replicator/filters/none' }),
    ],
    files: { 'filters/none': {} },
    results: [
      atWest('filtered, the filter does not let it pass'),
      `app/db -> ${FOREIGN}: filtered, the filter does not let it pass`,
    ],
    state: { [WEST]: {} },
    check: (aws) => expect(aws.calls.filter((call) => call.endsWith('app/db'))).toEqual([]),
  },
  {
    title: 'an empty value of a filter takes the chain of the destination',
    destinations: [west({ transformations: 'to-west' }), eu()],
    files: { 'transformations/to-west': 's/us-east-1/us-west-2/g' },
    results: REPLICATED,
    state: { [WEST]: { 'app/db': 'host=db.us-west-2' }, [EU]: { 'app/db': DB } },
  },
  {
    title: 'a value of a filter takes its own chain alone, in order',
    destinations: [west({ transformations: 'never', filters: 'secrets-replicator/filters/chain' })],
    files: {
      'filters/chain': { 'app/*': 'first, secrets-replicator/transformations/second' },
      'transformations/first': 's/db/cache/',
      'transformations/second': 's/cache/queue/',
    },
    results: [atWest('replicated')],
    state: { [WEST]: { 'app/db': 'host=queue.us-east-1' } },
  },
  {
    title: 'variables know both sides',
    destinations: [
      foreign({ names: 'secrets-replicator/names/west', transformations: 'all', variables: { TIER: 'gold' } }),
    ],
    prepare: (aws) => void aws.roles.set(ROLE, OTHER_ACCOUNT),
    files: {
      'names/west': { 'app/*': 'copy/*' },
      'transformations/all':
        's#.*#${SOURCE_REGION} ${REGION} ${SOURCE_ACCOUNT_ID} ${ACCOUNT_ID} ${SECRET_NAME} ${DEST_SECRET_NAME} ${TIER}#',
    },
    results: [`app/db -> ${FOREIGN} as copy/db: replicated`],
    state: { [FOREIGN]: { 'copy/db': `us-east-1 us-west-2 ${ACCOUNT} ${OTHER_ACCOUNT} app/db copy/db gold` } },
  },
  {
    title: 'the swap of regions comes first',
    destinations: [west({ regionSwap: true, transformations: 'after' })],
    given: [[EAST, 'app/db', 'db.us-east-1 zone use1-az1']],
    files: { 'transformations/after': 's/us-west-2/here/' },
    results: [atWest('replicated')],
    state: { [WEST]: { 'app/db': 'db.here zone usw2-az1' } },
  },
  {
    title: 'a swap of endpoints puts each in the place of the other',
    destinations: [west({ transformations: 'endpoints' })],
    given: [[EAST, 'app/db', 'writer=east.db reader=west.db']],
    files: { 'transformations/endpoints': { swap: [['east.db', 'west.db']] } },
    results: [atWest('replicated')],
    state: { [WEST]: { 'app/db': 'writer=west.db reader=east.db' } },
  },
  {
    title: 'a transformation that is refused stops its destination alone, and is not quoted (W3, W20)',
    destinations: [west({ transformations: 'broken' }), eu()],
    files: { 'transformations/broken': 's/CANARY/' },
    results: [atWest('failed, *'), REPLICATED[1]],
    state: { [WEST]: {}, [EU]: { 'app/db': DB } },
    dead: [[WEST]],
  },
  {
    title: 'a copy may have another name',
    destinations: [west({ names: 'secrets-replicator/names/west' })],
    files: { 'names/west': { 'app/db': 'app/db-backup' } },
    results: [`app/db -> ${WEST} as app/db-backup: replicated`],
    state: { [WEST]: { 'app/db-backup': DB } },
  },
  {
    title: 'a name that Secrets Manager does not allow is refused',
    destinations: [west({ names: 'secrets-replicator/names/west' })],
    files: { 'names/west': { 'app/db': 'app db' } },
    results: [atWest('failed, the name at the destination is none that Secrets Manager allows')],
    state: { [WEST]: {} },
    dead: [[WEST]],
  },
  {
    title: 'what steers the replicator is not replicated (W18)',
    destinations: [west({ filters: 'ops/filter' })],
    given: [[EAST, 'ops/filter', '{"**": ""}']],
    event: { source: 'manual', secretIds: ['ops/filter', 'secrets-replicator/other/x', CONFIG] },
    results: ['ops/filter', 'secrets-replicator/other/x', CONFIG].map(
      (name) => `${name} -> ${WEST}: filtered, it belongs to the replicator`,
    ),
    state: { [WEST]: {} },
  },
  {
    title: 'what steers the replicator is not written (W17)',
    destinations: [west({ names: 'secrets-replicator/names/evil' })],
    files: { 'names/evil': { 'app/db': CONFIG } },
    results: [atWest('failed, the name at the destination belongs to the replicator')],
    state: { [WEST]: {} },
    dead: [[WEST]],
  },
  {
    title: 'a copy is not copied on (W9)',
    destinations: [west()],
    given: [[EAST, 'app/db', DB]],
    prepare: (aws) => {
      const [version] = secretOf(aws, EAST).versions;
      secretOf(aws, EAST).versions = [{ ...version, id: `replica-${WEST}-${START}-0123456789abcdef01234` }];
    },
    results: [atWest('filtered, it is a copy, and no copy is copied on')],
    state: { [WEST]: {} },
  },
  {
    title: 'a secret is not its own copy (W9)',
    destinations: [{ region: EAST, filters: ALL }],
    results: [`app/db -> ${EAST}: failed, the source and its copy are the same secret`],
    state: { [EAST]: { 'app/db': DB } },
    dead: [[EAST]],
  },
  {
    title: 'names that would grow within a region are refused (W9)',
    destinations: [{ region: EAST, filters: ALL, names: 'secrets-replicator/names/copy' }],
    files: { 'names/copy': { '**': 'copy/**' } },
    results: [
      `app/db -> ${EAST}: failed, its copy would be copied on under another name: keep the copy back with false in the filter`,
    ],
    state: { [EAST]: { 'app/db': DB } },
    dead: [[EAST]],
  },
  {
    title: 'a copy within a region is made where it is not copied on',
    destinations: [{ region: EAST, filters: 'secrets-replicator/filters/app', names: 'secrets-replicator/names/copy' }],
    files: { 'names/copy': { 'app/*': 'copy/*' }, 'filters/app': { 'app/*': '' } },
    results: [`app/db -> ${EAST} as copy/db: replicated`],
    state: { [EAST]: { 'app/db': DB, 'copy/db': DB } },
  },
  {
    title: 'a newer value that was written at the destination stays',
    given: [
      [EAST, 'app/db', 'old'],
      [WEST, 'app/db', 'newer'],
    ],
    destinations: [west()],
    results: [atWest('unchanged, the destination has a newer value')],
    state: { [WEST]: { 'app/db': 'newer' } },
    check: (aws) => expect(secretOf(aws, WEST).tags).toEqual({}),
  },
  {
    title: 'an older value that was written at the destination is taken over',
    given: [
      [WEST, 'app/db', 'older'],
      [EAST, 'app/db', 'new'],
    ],
    destinations: [west()],
    results: [atWest('replicated, tags')],
    state: { [WEST]: { 'app/db': 'new' } },
  },
  {
    title: 'the same value that was written at both is not written again',
    given: [
      [WEST, 'app/db', 'same'],
      [EAST, 'app/db', 'same'],
    ],
    destinations: [west({ tags: false })],
    results: [atWest('unchanged')],
    state: { [WEST]: { 'app/db': 'same' } },
    check: (aws) => expect(versionsIn(aws, WEST)).toBe(1),
  },
  {
    title: 'a copy of a third region that is newer stays',
    destinations: [west()],
    prepare: (aws) => {
      copied('app/db', 'from elsewhere')(aws);
      const there = secretOf(aws, WEST);
      there.versions = there.versions.map((one) => ({
        ...one,
        id: `replica-${EU}-${START + 5000}-0123456789abcdef01234`,
      }));
    },
    results: [atWest('unchanged, the destination has a newer value')],
    state: { [WEST]: { 'app/db': 'from elsewhere' } },
  },
  {
    title: 'somebody who creates the copy first is answered with a comparison (W14)',
    destinations: [west({ tags: false })],
    prepare: (aws) => {
      aws.before = (operation, region) => {
        if (operation === 'CreateSecret' && !aws.secret(region, 'app/db')) aws.write(region, 'app/db', 'somebody');
      };
    },
    results: [atWest('unchanged, the destination has a newer value')],
    state: { [WEST]: { 'app/db': 'somebody' } },
  },
  {
    title: 'a write of somebody else between the comparison and the write is not lost (W11)',
    destinations: [west()],
    prepare: (aws) => {
      copied('app/db', 'old', START)(aws);
      let isFirst = true;
      aws.before = (operation, region) => {
        if (operation === 'UpdateSecretVersionStage' && isFirst) aws.write(region, 'app/db', 'somebody');
        if (operation === 'UpdateSecretVersionStage') isFirst = false;
      };
    },
    results: [atWest('unchanged, the destination has a newer value')],
    state: { [WEST]: { 'app/db': 'somebody' } },
  },
  {
    title: 'a source that changes while it is copied is copied again (W11)',
    destinations: [west(), eu()],
    prepare: (aws) => {
      let isFirst = true;
      aws.before = (operation) => {
        if (operation === 'CreateSecret' && isFirst) aws.write(EAST, 'app/db', 'next');
        if (operation === 'CreateSecret') isFirst = false;
      };
    },
    results: REPLICATED,
    state: { [WEST]: { 'app/db': 'next' }, [EU]: { 'app/db': 'next' } },
  },
  {
    title: 'a reader that was overtaken writes nothing, not even for a moment (W11)',
    destinations: [west()],
    prepare: (aws) => {
      let isFirst = true;
      aws.before = (operation, region) => {
        if (operation !== 'DescribeSecret' || region !== WEST || !isFirst) return;
        isFirst = false;
        copied('app/db', 'next', aws.write(EAST, 'app/db', 'next').created)(aws);
      };
    },
    results: [atWest('unchanged')],
    state: { [WEST]: { 'app/db': 'next' } },
    check: (aws) => expect(aws.calls.filter((call) => call.startsWith('PutSecretValue'))).toEqual([]),
  },
  {
    title: 'a source that is rolled back while it is copied is followed (W11)',
    given: [
      [EAST, 'app/db', 'good'],
      [EAST, 'app/db', 'bad'],
    ],
    destinations: [west()],
    prepare: (aws) => {
      const [good] = secretOf(aws, EAST).versions;
      let isFirst = true;
      aws.before = (operation) => {
        if (operation === 'CreateSecret' && isFirst) aws.roll(EAST, 'app/db', good.id);
        if (operation === 'CreateSecret') isFirst = false;
      };
    },
    results: [atWest('replicated')],
    state: { [WEST]: { 'app/db': 'good' } },
  },
  {
    title: 'a copy that waits for its deletion is restored while its source lives (W14)',
    destinations: [west()],
    prepare: (aws) => {
      copied()(aws);
      aws.change(WEST, 'app/db', { recoveryDays: 30 });
    },
    event: changed('RestoreSecret'),
    results: [atWest('replicated, restored')],
    state: ONE,
  },
  {
    title: 'a deleted source leaves its copy, where nothing else is said',
    destinations: [west()],
    prepare: (aws) => {
      copied()(aws);
      aws.change(EAST, 'app/db', { recoveryDays: 30 });
    },
    event: changed('DeleteSecret'),
    results: [atWest('unchanged, the source is deleted, and the copy stays')],
    state: ONE,
  },
  {
    title: 'a deleted source takes its copy with it, where that is said',
    destinations: [west({ deletion: 'delete', recoveryWindowDays: 7 }), eu({ deletion: 'delete' })],
    prepare: (aws) => {
      copied()(aws);
      aws.change(EAST, 'app/db', { recoveryDays: 30 });
    },
    event: changed('DeleteSecret'),
    results: [
      atWest('replicated, deleted with its source, to be restored within 7 days'),
      `app/db -> ${EU}: unchanged, there is no copy`,
    ],
    state: { [WEST]: { 'app/db': 'deleted for 7 days' }, [EU]: {} },
  },
  {
    title: 'a source that is gone at once takes its copy with it, also when that is tried again later',
    given: [[EAST, 'app/db', DB]],
    destinations: [west({ deletion: 'delete' })],
    prepare: (aws) => {
      copied()(aws);
      aws.forget(EAST, 'app/db');
    },
    faults: [{ operation: 'DeleteSecret', code: 'InternalServiceError', times: 6 }],
    event: changed('DeleteSecret'),
    results: [atWest('replicated, deleted with its source, to be restored within 30 days')],
    state: { [WEST]: { 'app/db': 'deleted for 30 days' } },
  },
  {
    title: 'a deleted source takes nothing with it that was written at the destination',
    given: [
      [EAST, 'app/db', DB],
      [WEST, 'app/db', 'own'],
    ],
    destinations: [west({ deletion: 'delete' })],
    prepare: (aws) => aws.change(EAST, 'app/db', { recoveryDays: 30 }),
    event: changed('DeleteSecret'),
    results: [atWest('unchanged, the destination has a value of its own')],
    state: { [WEST]: { 'app/db': 'own' } },
  },
  {
    title: 'an event about a secret that is gone is no failure, and deletes nothing',
    given: [],
    destinations: [west({ deletion: 'delete' })],
    prepare: copied('app/db', DB, START),
    results: [atWest('unchanged, the source is gone')],
    state: ONE,
    event: changed('PutSecretValue'),
  },
  {
    title: 'a deletion that was taken back before it was told is none',
    destinations: [west({ deletion: 'delete' })],
    event: changed('DeleteSecret'),
    results: [atWest('replicated')],
    state: ONE,
  },
  {
    title: 'description and tags follow without a new version; those of AWS and of the replicator do not (W12, W13)',
    destinations: [west()],
    prepare: (aws) => {
      aws.change(EAST, 'app/db', { description: 'new', tags: { a: '1', 'aws:x': '2', 'dr:origin-region': 'mars' } });
      copied()(aws);
      aws.change(WEST, 'app/db', { description: 'old', tags: { b: '3', 'aws:y': '4' } });
    },
    event: changed('TagResource'),
    results: [atWest('unchanged, description, tags')],
    state: ONE,
    check: (aws) => {
      expect(secretOf(aws, WEST)).toMatchObject({ description: 'new' });
      expect(secretOf(aws, WEST).tags).toEqual({ a: '1', 'aws:y': '4', 'dr:origin-region': EAST });
      expect(versionsIn(aws, WEST)).toBe(1);
    },
  },
  {
    title: 'a description that was removed is removed (W13)',
    destinations: [west()],
    prepare: (aws) => {
      copied()(aws);
      aws.change(WEST, 'app/db', { description: 'old' });
    },
    results: [atWest('unchanged, description')],
    state: ONE,
    check: (aws) => expect(secretOf(aws, WEST).description).toBe(''),
  },
  {
    title: 'description and tags stay what they are where that is said',
    destinations: [west({ description: false, tags: false })],
    prepare: (aws) => {
      aws.change(EAST, 'app/db', { description: 'new', tags: { a: '1' } });
      copied()(aws);
      aws.change(WEST, 'app/db', { description: 'own', tags: { b: '2' } });
    },
    results: [atWest('unchanged')],
    state: ONE,
    check: (aws) => expect(secretOf(aws, WEST)).toMatchObject({ description: 'own', tags: { b: '2' } }),
  },
  {
    title: 'tags that may not be written are told, and nothing is written twice (W12)',
    destinations: [west()],
    prepare: (aws) => {
      copied('app/db', 'old', START)(aws);
      aws.change(EAST, 'app/db', { tags: { a: '1' } });
    },
    faults: [{ operation: 'TagResource', code: 'AccessDeniedException' }],
    results: [atWest('failed, TagResource of app/db in us-west-2 failed: AccessDeniedException')],
    state: ONE,
    dead: [[WEST]],
    check: (aws) => expect(versionsIn(aws, WEST)).toBe(2),
  },
  {
    title: 'a binary secret is replicated as it is (W13)',
    given: [],
    destinations: [west()],
    prepare: (aws) => void aws.write(EAST, 'app/db', { binary: new Uint8Array([0, 255, 10]) }),
    results: [atWest('replicated')],
    state: { [WEST]: { 'app/db': 'binary 00ff0a' } },
  },
  {
    title: 'a binary secret that is there already is not written again',
    given: [],
    destinations: [west({ tags: false })],
    prepare: (aws) => {
      aws.write(WEST, 'app/db', { binary: new Uint8Array([1, 2]) });
      aws.write(EAST, 'app/db', { binary: new Uint8Array([1, 2]) });
    },
    results: [atWest('unchanged')],
    state: { [WEST]: { 'app/db': 'binary 0102' } },
  },
  {
    title: 'a binary secret holds no names of regions, and passes a swap as it is',
    given: [],
    destinations: [west({ regionSwap: true, transformations: 'endpoints' })],
    files: { 'transformations/endpoints': { swap: [['east.db', 'west.db']] } },
    prepare: (aws) => void aws.write(EAST, 'app/db', { binary: new Uint8Array([7]) }),
    results: [atWest('replicated')],
    state: { [WEST]: { 'app/db': 'binary 07' } },
  },
  {
    title: 'a binary secret is not transformed',
    given: [],
    destinations: [west({ regionSwap: true, transformations: 'mask' }), eu()],
    files: { 'transformations/mask': 's/a/b/' },
    prepare: (aws) => void aws.write(EAST, 'app/db', { binary: new Uint8Array([7]) }),
    results: [atWest('failed, it is binary, and a transformation is for text'), REPLICATED[1]],
    state: { [WEST]: {}, [EU]: { 'app/db': 'binary 07' } },
    dead: [[WEST]],
  },
  {
    title: 'a value as large as may be passes, in bytes',
    given: [[EAST, 'app/db', 'é'.repeat(32768)]],
    destinations: [west()],
    results: [atWest('replicated')],
    state: { [WEST]: { 'app/db': 'é'.repeat(32768) } },
  },
  {
    title: 'a value that grows beyond what a secret holds is refused, in bytes',
    given: [[EAST, 'app/db', 'e'.repeat(40000)]],
    destinations: [west({ transformations: 'grow' })],
    files: { 'transformations/grow': 's/e/é/g' },
    results: [atWest('failed, it has 80000 bytes after the transformations, of 65536 at most')],
    state: { [WEST]: {} },
    dead: [[WEST]],
  },
  {
    title: 'a value of which nothing is left is refused',
    destinations: [west({ transformations: 'empty' })],
    files: { 'transformations/empty': 's/.*//' },
    results: [atWest('failed, nothing is left of it by the transformations')],
    state: { [WEST]: {} },
    dead: [[WEST]],
  },
  {
    title: 'another account is written with its role',
    destinations: [foreign({ externalId: 'shared-secret' }), west()],
    prepare: (aws) => void aws.roles.set(ROLE, OTHER_ACCOUNT),
    results: [`app/db -> ${FOREIGN}: replicated`, REPLICATED[0]],
    state: { [FOREIGN]: { 'app/db': DB }, [WEST]: { 'app/db': DB } },
  },
  {
    title: 'a role that may not be assumed costs the others nothing (W3)',
    destinations: [foreign(), eu()],
    results: [`app/db -> ${FOREIGN}: failed, AssumeRole of ${ROLE} in us-west-2 failed: AccessDenied`, REPLICATED[1]],
    state: { [EU]: { 'app/db': DB }, [FOREIGN]: {} },
    dead: [[FOREIGN]],
  },
  {
    title: 'the same region of another account is no round trip',
    destinations: [{ region: EAST, filters: ALL, roleArn: ROLE }],
    prepare: (aws) => void aws.roles.set(ROLE, OTHER_ACCOUNT),
    results: [`app/db -> ${EAST}/${OTHER_ACCOUNT}: replicated`],
    state: { [`${EAST}/${OTHER_ACCOUNT}`]: { 'app/db': DB } },
  },
  {
    title: "a replica of Secrets Manager's own replication is left alone (R-SEC-2)",
    destinations: [west()],
    prepare: (aws) => {
      copied()(aws);
      aws.change(WEST, 'app/db', { primaryRegion: EAST });
    },
    results: [atWest('failed, the secret at the destination is a replica of Secrets Manager itself (R-SEC-2)')],
    state: ONE,
    dead: [[WEST]],
  },
  {
    title: 'no work is begun when there is no time left for it',
    left: 1000,
    destinations: [west()],
    results: [atWest('failed, the invocation has no time left')],
    state: { [WEST]: {} },
    dead: [[WEST]],
  },
  {
    title: 'a call that failed is not waited for beyond the time that is left',
    left: 3050,
    destinations: [west()],
    faults: [{ operation: 'CreateSecret', code: 'ThrottlingException', times: 1 }],
    results: [atWest('replicated')],
    state: ONE,
  },
  {
    title: 'everything is compared on schedule, also what waits for its deletion',
    given: [
      [EAST, 'app/a', '1'],
      [EAST, 'app/b', '2'],
      [EAST, 'web/c', '3'],
    ],
    destinations: [west({ filters: 'secrets-replicator/filters/app', deletion: 'delete' })],
    files: { 'filters/app': { 'app/*': '' } },
    prepare: (aws) => {
      copied('app/b', '2', START)(aws);
      aws.change(EAST, 'app/b', { recoveryDays: 30 });
    },
    event: { source: 'schedule' },
    results: [
      `app/a -> ${WEST}: replicated`,
      `app/b -> ${WEST}: replicated, deleted with its source, to be restored within 30 days`,
    ],
    state: { [WEST]: { 'app/a': '1', 'app/b': 'deleted for 30 days' } },
  },
  {
    title: 'a call that failed and one that changes nothing ask for nothing',
    event: changed('PutSecretValue', 'app/db', { errorCode: 'AccessDenied' }),
    results: [],
    state: { [WEST]: {}, [EU]: {} },
  },
];
