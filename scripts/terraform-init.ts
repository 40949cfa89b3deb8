import { execFileSync, spawnSync } from 'child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync, copyFileSync, symlinkSync } from 'fs';
import { homedir } from 'os';
import { dirname, join } from 'path';
import { AWS_PROVIDER_VERSION, TERRAFORM_VERSION } from '../lib/core/provider-requirement';

/** Where Terraform gets the AWS provider from, in one line a person can read. */
export interface ProviderSource {
  /** Folder with unpacked providers. Undefined: the Terraform registry. */
  readonly pluginDir?: string;
  readonly explanation: string;
}

/** The variable that names a folder of unpacked providers, for machines without the Terraform registry. */
export const PLUGIN_DIR_VARIABLE = 'TERRAFORM_PLUGIN_DIR';

/** The plugin folder that was named, else one that is found, else the registry. */
export function providerSource(env: NodeJS.ProcessEnv = process.env): ProviderSource {
  const named = env[PLUGIN_DIR_VARIABLE];
  if (named) return { pluginDir: named, explanation: `AWS provider from ${PLUGIN_DIR_VARIABLE}` };
  const found = candidates().find((folder) => existsSync(join(folder, 'registry.terraform.io', 'hashicorp', 'aws')));
  if (found) return { pluginDir: found, explanation: 'AWS provider from a plugin folder found on this machine' };
  return { explanation: 'AWS provider from the Terraform registry' };
}

/** The environment for a Terraform process: no colours, no questions, no settings file that does not exist. */
export function terraformEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const result: NodeJS.ProcessEnv = { ...env, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' };
  if (result.TF_CLI_CONFIG_FILE && !existsSync(result.TF_CLI_CONFIG_FILE)) delete result.TF_CLI_CONFIG_FILE;
  return result;
}

/**
 * Runs `terraform init` once in a folder that all stacks share.
 *
 * @returns undefined when Terraform works, else why it cannot be used, in one line
 */
export function initOnce(folder: string): string | undefined {
  if (spawnSync('terraform', ['version'], { env: terraformEnv() }).status !== 0) return 'terraform is not on PATH';
  if (existsSync(join(folder, '.terraform.lock.hcl')) && existsSync(join(folder, '.terraform'))) return undefined;
  const { pluginDir, explanation } = providerSource();
  // Made aside and moved into place, so that test workers that start together do not disturb each other.
  const aside = `${folder}.${process.pid}`;
  mkdirSync(aside, { recursive: true });
  writeFileSync(
    join(aside, 'main.tf.json'),
    JSON.stringify({
      terraform: {
        required_version: TERRAFORM_VERSION,
        required_providers: { aws: { source: 'hashicorp/aws', version: AWS_PROVIDER_VERSION } },
      },
    }),
  );
  try {
    const source = pluginDir ? [`-plugin-dir=${pluginDir}`] : [];
    execFileSync('terraform', ['init', '-backend=false', '-input=false', '-no-color', ...source], {
      cwd: aside,
      env: terraformEnv(),
      stdio: 'pipe',
      timeout: 300_000,
    });
    if (!existsSync(folder)) renameSync(aside, folder);
    return undefined;
  } catch (error) {
    return `terraform init failed (${explanation}): ${
      String((error as { stderr?: Buffer }).stderr ?? error)
        .trim()
        .split('\n')[0]
    }`;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Makes a folder in which Terraform needs no init of its own: it shares the providers of the folder that has one. */
export function shareInit(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  copyFileSync(join(from, '.terraform.lock.hcl'), join(to, '.terraform.lock.hcl'));
  const link = join(to, '.terraform');
  if (!existsSync(link)) symlinkSync(join(from, '.terraform'), link, 'junction');
}

/** Terraform's implied mirrors, and folders of that shape near the root of the disk. */
function candidates(): string[] {
  const implied = [
    join(homedir(), '.terraform.d', 'plugins'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ];
  const root = dirname(dirname(dirname(homedir()))) || '/';
  return [...implied, ...foldersBelow(root).flatMap((folder) => [folder, ...foldersBelow(folder)])];
}

function foldersBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !['proc', 'sys', 'dev'].includes(entry.name))
      .map((entry) => join(folder, entry.name));
  } catch {
    return [];
  }
}
