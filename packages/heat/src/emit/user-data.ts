import type { Server } from '../model/role.ts';
import type { Data, DataMap } from '../read/data.ts';
import { bootScript } from './boot-script.ts';
import type { EmitOptions } from './options.ts';
import { signalConfig, signalScript } from './signal-script.ts';

export interface UserDataParts {
  readonly server: Server;
  /** Id to what Heat resolves. */
  readonly values: DataMap;
  /** Outputs that the machine sends to Heat when it has ended well. */
  readonly report: readonly string[];
  readonly handle: string;
  readonly options: EmitOptions;
}

/** How a machine tells Heat of its end: the configuration of curl, in parts, and the script that reads it. */
export interface SignalFiles {
  readonly config: readonly Data[];
  readonly script: string;
}

/** A file that a machine gets; functions of Heat in its content. */
export interface MachineFile {
  readonly path: string;
  readonly permissions: string;
  readonly content: Data;
}

/** What a machine is made with: the part of cloud-config that Heddle uses. */
export interface MachineConfig {
  readonly write_files: readonly MachineFile[];
  /** Commands as lists of words, run in this order. */
  readonly runcmd: readonly (readonly string[])[];
}

/**
 * Write the user data of a server: a cloud-config as a JSON map with Heat's functions in it, so that Heat does all escaping.
 *
 * Values stand inside the JSON text of a file of their own: directly in the cloud-config an emoji would be read as two broken characters.
 */
export function userData(parts: UserDataParts): Data {
  const ofHandle = (attribute: string): Data => ({ get_attr: [parts.handle, attribute] });
  const config = signalConfig({
    endpoint: ofHandle('endpoint'),
    token: ofHandle('token'),
    curlCli: ofHandle('curl_cli'),
  });
  const { write_files, runcmd } = machineConfig(parts, { config, script: signalScript });
  const files = write_files.map((one): DataMap => ({ ...one }));
  return { list_join: ['\n', ['#cloud-config', { write_files: files, runcmd }]] };
}

/** Give the files and commands of a machine, with functions of HOT in them. */
export function machineConfig({ server, values, report, options }: UserDataParts, signal: SignalFiles): MachineConfig {
  const node: DataMap = {
    heddleNode: 1,
    deployment: options.deployment,
    epoch: { get_param: 'heddle_epoch' },
    node: server.node,
    store: { get_param: 'heddle_store' },
    content:
      options.content === undefined
        ? null
        : { url: { get_param: 'heddle_content_url' }, sha256: { get_param: 'heddle_content_sha256' } },
    static: values,
    report,
  };
  const bundle = [{ get_param: 'heddle_bundle_url' }, '\n', { get_param: 'heddle_bundle_sha256' }, '\n'];
  return {
    write_files: [
      file('/etc/heddle/node.json', '0600', joined([node])),
      file('/etc/heddle/bundle', '0600', joined(bundle)),
      file('/etc/heddle/signal.curl', '0600', joined(signal.config)),
      file('/etc/heddle/signal.sh', '0700', signal.script),
      file('/etc/heddle/boot.sh', '0700', bootScript),
    ],
    runcmd: [['sh', '/etc/heddle/boot.sh']],
  };
}

function file(path: string, permissions: string, content: Data): MachineFile {
  return { path, permissions, content };
}

function joined(parts: readonly Data[]): Data {
  return { list_join: ['', parts] };
}
