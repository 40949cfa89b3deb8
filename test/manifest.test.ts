import { Manifest, manifestParameterName, parseManifest } from '../lib/manifest';

const halves = <T>(value: T): { primary: T; secondary: T } => ({ primary: value, secondary: value });
const manifest: Manifest = {
  version: 1,
  environmentSuffix: 'dev',
  accountId: '123456789012',
  protection: 'disposable',
  regions: { primary: 'us-east-1', secondary: 'us-east-2' },
  objectives: { rtoMinutes: 15, rpoMinutes: 5 },
  keyArns: halves('arn:aws:kms:us-east-1:123456789012:key/x'),
  table: { name: 'transactions-dev', customerIndex: 'customer-index' },
  buckets: halves('dr-primary-dev-123456789012'),
  functions: halves({ transactionProcessor: 'p', health: 'h' }),
  deadLetterQueues: halves(['q']),
};

describe('the manifest', () => {
  test('is read back as it was written', () => {
    expect(parseManifest(JSON.stringify(manifest))).toEqual(manifest);
  });

  test('ignores fields of a later release of the same version', () => {
    expect(parseManifest(JSON.stringify({ ...manifest, more: 1 }))).toEqual(manifest);
  });

  test('lives under the suffix', () => {
    expect(manifestParameterName('dev')).toBe('/dr/dev/manifest');
  });

  test.each([
    ['{', 'the manifest is not JSON: fetch it again with "terraform output -raw manifest"'],
    ['null', 'the manifest has version undefined, this tool reads 1: use the release that deployed the system'],
    [JSON.stringify({ ...manifest, version: 2 }), 'the manifest has version 2, this tool reads 1'],
    [JSON.stringify({ ...manifest, regions: { primary: 'x' } }), 'the manifest is damaged at regions.secondary'],
  ])('fails on %s', (text, message) => {
    expect(() => parseManifest(text)).toThrow(message);
  });
});
