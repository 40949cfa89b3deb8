import { createHash } from 'crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { basename, dirname, join, relative } from 'path';
import { AssetType, TerraformAsset } from 'cdktf';
import { Construct } from 'constructs';
import { zipSync, Zippable } from 'fflate';
import { ConfigurationError } from './errors';

/** The oldest time a zip can hold. A fixed one keeps the bytes the same on every machine. */
const ZIP_EPOCH = new Date(1980, 0, 1, 0, 0, 0);

/**
 * A zip with code, copied into the synthesized stack. The same files give the same bytes on every machine: sorted
 * names, one fixed time, a compressor in JavaScript.
 */
export class CodeAsset extends Construct {
  /** Path of the zip, relative to the synthesized stack. */
  public readonly path: string;
  /** SHA-256 of the zip in base64: `source_code_hash`. */
  public readonly sha256: string;

  /**
   * @param source a folder, or a zip
   * @throws ConfigurationError when it does not exist, is empty, or is neither
   */
  constructor(scope: Construct, id: string, source: string) {
    super(scope, id);
    const problem = (wayOut: string): ConfigurationError =>
      new ConfigurationError(this, { prop: 'code', received: source, wayOut });
    if (!existsSync(source)) throw problem('give the path of a folder or a zip that exists');
    const folder = statSync(source).isDirectory();
    if (!folder && !source.endsWith('.zip')) throw problem('give a folder or a file that ends in .zip');
    const bytes = folder ? zipFolder(source) : readFileSync(source);
    if (bytes === undefined) throw problem('put the code in the folder: it is empty');
    if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw problem('give a zip: the file is of another kind');
    const digest = createHash('sha256').update(bytes).digest();
    this.sha256 = digest.toString('base64');

    let file = source;
    if (folder) {
      file = join(mkdtempSync(join(scratchFolder(), 'zip-')), `${basename(source)}.zip`);
      writeFileSync(file, bytes);
    }
    this.path = new TerraformAsset(this, 'File', {
      path: file,
      type: AssetType.FILE,
      assetHash: digest.toString('hex').slice(0, 32),
    }).path;
  }
}

let scratch: string | undefined;

/** A temporary folder of this process. Synthesis copies what is in it, so nothing is left when the process ends. */
function scratchFolder(): string {
  if (scratch === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'code-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    scratch = folder;
  }
  return scratch;
}

/** The zip of one of this library's own functions, built by `npm run build:functions` and shipped in the package. */
export function bundledFunction(name: string): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const zip = join(folder, 'dist', 'lambda', `${name}.zip`);
    if (existsSync(zip)) return zip;
    if (existsSync(join(folder, 'lambda', name)) || dirname(folder) === folder) {
      throw new ConfigurationError('function bundles', {
        prop: 'code',
        received: `dist/lambda/${name}.zip`,
        wayOut: 'run "npm run build:functions" once: the bundle of this function has not been built',
      });
    }
  }
}

/** The bytes of a zip of a folder, or nothing when it has no files. */
export function zipFolder(folder: string): Uint8Array | undefined {
  const files: Zippable = {};
  const walk = (path: string): void => {
    for (const name of readdirSync(path).sort()) {
      const child = join(path, name);
      if (statSync(child).isDirectory()) walk(child);
      else files[relative(folder, child).split('\\').join('/')] = readFileSync(child);
    }
  };
  walk(folder);
  if (Object.keys(files).length === 0) return undefined;
  return zipSync(files, { level: 9, mtime: ZIP_EPOCH, os: 3, attrs: 0o644 << 16 });
}
