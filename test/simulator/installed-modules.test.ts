import { mkdirSync, mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { installedModules } from '../../simulator/installed-modules';

describe('the modules that a function finds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'modules-'));
  const of = (path: string): string => join(folder, path, 'node_modules');
  beforeAll(() => {
    mkdirSync(join(of('package'), 'commander'), { recursive: true });
    mkdirSync(join(of('project'), '@aws-sdk'), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('are those nearest to the simulator that have the SDK', () => {
    expect(installedModules()).toBe(join(__dirname, '../../node_modules'));
    const installed = join(of('project'), 'package/dist/simulator');
    expect(installedModules([installed, folder])).toBe(of('project'));
  });

  test('else those of the project that is worked in', () => {
    expect(installedModules([join(folder, 'package/dist/simulator'), join(folder, 'project/src')])).toBe(of('project'));
  });

  test('else none', () => {
    expect(installedModules([join(folder, 'package')])).toBeUndefined();
  });
});
