import type { Role } from '../model/role.ts';
import type { DataMap } from '../read/data.ts';
import type { StartConfig } from './attach-user-data.ts';
import { bootScript } from './boot-script.ts';
import { bootUnit, startCommand, unitFile } from './boot-unit.ts';
import { file, joined, type MachineFile } from './file.ts';
import type { EmitOptions } from './options.ts';
import { packageLines, toolsOf } from './packages.ts';
import type { ShareText } from './shared-texts.ts';

export interface UserDataParts {
  /** The node, or the group whose members share the user data. */
  readonly node: string;
  readonly roles: readonly Role[];
  /** Which node it is: see `identity`. */
  readonly identity: DataMap;
  /** Id to what Heat resolves. */
  readonly values: DataMap;
  /** Outputs that the machine sends to Heat when it has ended well. */
  readonly report: readonly string[];
  /** The files with which it signals. */
  readonly signalFiles: readonly MachineFile[];
  /** Seconds that Heat waits for this machine. */
  readonly timeoutS: number;
  readonly options: EmitOptions;
  /** Takes the texts that machines have in common. */
  readonly share: ShareText;
}

/**
 * Write what cloud-init does on a server: a cloud-config as a JSON map with Heat's functions in it, so that Heat does all escaping.
 *
 * Values stand inside the JSON text of a file of their own: directly in the cloud-config an emoji would be read as two broken characters.
 */
export function userData(parts: UserDataParts): StartConfig {
  const { node: name, roles, identity, values, report, signalFiles, timeoutS, options, share } = parts;
  const limitS = bootLimitS(timeoutS);
  const node: DataMap = {
    heddleNode: 1,
    deployment: options.deployment,
    epoch: { get_param: 'heddle_epoch' },
    ...identity,
    store: { get_param: 'heddle_store' },
    content:
      options.content === undefined
        ? null
        : { url: { get_param: 'heddle_content_url' }, sha256: { get_param: 'heddle_content_sha256' } },
    static: values,
    report,
    limitS,
    ...(options.patienceS === undefined ? {} : { patienceS: options.patienceS }),
  };
  const tools = toolsOf(roles);
  const hasPackages = packageLines(options.packages ?? {}) !== '';
  const bundle = [{ get_param: 'heddle_bundle_url' }, '\n', { get_param: 'heddle_bundle_sha256' }, '\n'];
  const unit = bootUnit({ tools, timeoutS: Math.floor((limitS + timeoutS) / 2) });
  return {
    write_files: [
      file('/etc/heddle/node.json', '0600', joined([node])),
      // Heat gives an empty text for a node that has none of its own, and for a group what all its members have.
      file('/etc/heddle/credentials.json', '0600', joined([{ get_param: ['heddle_credentials', name] }])),
      file('/etc/heddle/store-ca.pem', '0644', joined([{ get_param: 'heddle_store_ca' }])),
      file('/etc/heddle/bundle', '0600', joined(bundle)),
      ...signalFiles,
      file('/etc/heddle/boot.sh', '0700', share('boot.sh', bootScript)),
      ...(hasPackages ? [file('/etc/heddle/packages', '0600', { get_param: 'heddle_packages' })] : []),
      file(unitFile, '0644', share('heddle.service', unit)),
    ],
    runcmd: [startCommand(tools)],
  };
}

/**
 * Give the seconds after which a machine ends its boot itself, to say what it was at.
 *
 * Heat has waited since before the machine's kernel started, and needs to be told in time.
 */
function bootLimitS(timeoutS: number): number {
  const marginS = Math.min(120, Math.max(30, timeoutS / 10));
  return Math.max(1, Math.floor(Math.max(timeoutS / 2, timeoutS - marginS)));
}
