import { execFileSync } from 'child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { TerraformStack, Testing } from 'cdktf';
import { bundledFunction, CodeAsset, zipFolder } from '../../lib/core/code-asset';

const made: string[] = [];
const folder = (files: Record<string, string>): string => {
  const root = mkdtempSync(join(tmpdir(), 'code-asset-test-'));
  made.push(root);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
};
const assetOf = (source: string): CodeAsset => new CodeAsset(new TerraformStack(Testing.app(), 'test'), 'Code', source);

afterAll(() => made.forEach((root) => rmSync(root, { recursive: true, force: true })));

describe('CodeAsset', () => {
  const files = { 'index.js': 'exports.handler = 1;', 'lib/a.js': 'a', 'lib/b.js': 'b' };

  test('gives the same bytes for the same files, whatever their times and their place', () => {
    const one = folder(files);
    const other = folder(Object.fromEntries(Object.entries(files).reverse()));
    utimesSync(join(other, 'index.js'), 1, 1);
    expect(assetOf(one).sha256).toBe(assetOf(other).sha256);
  });

  test('gives other bytes for other files', () => {
    expect(assetOf(folder(files)).sha256).not.toBe(assetOf(folder({ ...files, 'index.js': 'x' })).sha256);
  });

  test('makes a zip that unzip reads', () => {
    const zip = join(folder({}), 'x.zip');
    writeFileSync(zip, zipFolder(folder(files)) as Uint8Array);
    const listing = execFileSync('python3', ['-m', 'zipfile', '-l', zip], { encoding: 'utf8' });
    expect(listing).toMatch(/index\.js.*1980-01-01[^]*lib\/a\.js[^]*lib\/b\.js/);
  });

  test('takes a zip as it is', () => {
    const zip = join(folder({}), 'own.zip');
    writeFileSync(zip, zipFolder(folder(files)) as Uint8Array);
    expect(assetOf(zip).sha256).toBe(assetOf(folder(files)).sha256);
    expect(assetOf(zip).path).toMatch(/^assets\/[^/]+\/[0-9a-f]{32}\/own\.zip$/);
  });

  test('finds the bundles of this library', () => {
    expect(readFileSync(bundledFunction('health')).subarray(0, 2).toString()).toBe('PK');
    expect(() => bundledFunction('nothing')).toThrow('run "npm run build:functions" once');
  });

  test.each([
    [() => '/nowhere/at/all', 'give the path of a folder or a zip that exists'],
    [() => folder({}), 'put the code in the folder: it is empty'],
    [() => join(folder({ 'a.tar': 'x' }), 'a.tar'), 'give a folder or a file that ends in .zip'],
    [() => join(folder({ 'a.zip': 'not a zip' }), 'a.zip'), 'give a zip: the file is of another kind'],
  ])('fails with a way out (%#)', (source, message) => {
    expect(() => assetOf(source())).toThrow(message);
  });
});
