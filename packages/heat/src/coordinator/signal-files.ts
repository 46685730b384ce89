import { signalConfig, signalScript } from '../emit/signal-script.ts';
import type { Data, DataMap } from '../read/data.ts';

/** Write the files with which a machine signals to a handle. */
export function signalFiles(handle: string): readonly DataMap[] {
  const ofHandle = (attribute: string): Data => ({ get_attr: [handle, attribute] });
  const signal = signalConfig({
    endpoint: ofHandle('endpoint'),
    token: ofHandle('token'),
    curlCli: ofHandle('curl_cli'),
  });
  return [
    { path: '/etc/heddle/signal.curl', permissions: '0600', content: { list_join: ['', signal] } },
    { path: '/etc/heddle/signal.sh', permissions: '0700', content: signalScript },
  ];
}
