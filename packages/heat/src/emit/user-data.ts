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

/**
 * Write the user data of a server: a cloud-config as a JSON map with Heat's functions in it, so that Heat does all escaping.
 *
 * Values stand inside the JSON text of a file of their own: directly in the cloud-config an emoji would be read as two broken characters.
 */
export function userData({ server, values, report, handle, options }: UserDataParts): Data {
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
  const ofHandle = (attribute: string): Data => ({ get_attr: [handle, attribute] });
  const signal = signalConfig({
    endpoint: ofHandle('endpoint'),
    token: ofHandle('token'),
    curlCli: ofHandle('curl_cli'),
  });
  const bundle = [{ get_param: 'heddle_bundle_url' }, '\n', { get_param: 'heddle_bundle_sha256' }, '\n'];
  const config: DataMap = {
    write_files: [
      file('/etc/heddle/node.json', '0600', joined([node])),
      // Heat gives an empty text for a node that has none of its own.
      file('/etc/heddle/credentials.json', '0600', joined([{ get_param: ['heddle_credentials', server.node] }])),
      file('/etc/heddle/store-ca.pem', '0644', joined([{ get_param: 'heddle_store_ca' }])),
      file('/etc/heddle/bundle', '0600', joined(bundle)),
      file('/etc/heddle/signal.curl', '0600', joined(signal)),
      file('/etc/heddle/signal.sh', '0700', signalScript),
      file('/etc/heddle/boot.sh', '0700', bootScript),
    ],
    runcmd: [['sh', '/etc/heddle/boot.sh']],
  };
  return { list_join: ['\n', ['#cloud-config', config]] };
}

function file(path: string, permissions: string, content: Data): DataMap {
  return { path, permissions, content };
}

function joined(parts: readonly Data[]): Data {
  return { list_join: ['', parts] };
}
