import type { Data, DataMap } from '../read/data.ts';
import { file, joined, type MachineFile } from './file.ts';
import type { ShareText } from './shared-texts.ts';
import { signalConfig, signalScript, writeSignalScript } from './signal-script.ts';

/** Ways in which a machine can tell Heat how it ended, as Heat names them. */
export const signalTransports = ['TOKEN_SIGNAL', 'HEAT_SIGNAL', 'TEMP_URL_SIGNAL', 'CFN_SIGNAL'] as const;
export type SignalTransport = (typeof signalTransports)[number];

/** Seconds after which Keystone by default does not take any more what a machine signals with; HEAT_SIGNAL and TEMP_URL_SIGNAL have no such end. */
const lifetimesS: Partial<Record<SignalTransport, number>> = { TOKEN_SIGNAL: 3600, CFN_SIGNAL: 900 };

/** Say what is wrong with a transport for a wait of so many seconds; undefined when nothing is. */
export function shortLived(transport: SignalTransport, waitS: number): string | undefined {
  const lifetimeS = lifetimesS[transport];
  if (lifetimeS === undefined || waitS <= lifetimeS) return undefined;
  const what = transport === 'TOKEN_SIGNAL' ? 'a token of Keystone' : 'the signature of CFN_SIGNAL';
  return `${what} is valid for ${lifetimeS} s by default: use --signal-transport HEAT_SIGNAL`;
}

/** Write the handle of a wait condition: a resource. */
export function signalHandle(transport: SignalTransport): DataMap {
  const properties = transport === 'TOKEN_SIGNAL' ? {} : { properties: { signal_transport: transport } };
  return { type: 'OS::Heat::WaitConditionHandle', ...properties };
}

/** Write the files of a machine with which it signals: `signal.sh`, and what it needs to know. @param share  Takes the script. */
export function signalFiles(transport: SignalTransport, handle: string, share: ShareText): readonly MachineFile[] {
  const ofHandle = (attribute: string): Data => ({ get_attr: [handle, attribute] });
  const script = (text: string) => file('/etc/heddle/signal.sh', '0700', share('signal.sh', text));
  const access = file('/etc/heddle/signal.json', '0600', joined([ofHandle('signal'), '\n']));
  switch (transport) {
    case 'TOKEN_SIGNAL': {
      const [endpoint, token, curlCli] = [ofHandle('endpoint'), ofHandle('token'), ofHandle('curl_cli')];
      return [
        file('/etc/heddle/signal.curl', '0600', joined(signalConfig({ endpoint, token, curlCli }))),
        script(signalScript),
      ];
    }
    case 'CFN_SIGNAL':
    case 'TEMP_URL_SIGNAL':
      return [access, script(urlSignalScript)];
    case 'HEAT_SIGNAL':
      return [access, script(userSignalScript)];
  }
}

/** Reads a member of the one-line JSON that Heat gives; no value in it has a quote or a backslash. */
const readMember = `access=/etc/heddle/signal.json
member() { sed -n 's/.*"'"$1"'": *"\\([^"]*\\)".*/\\1/p' "$access"; }
umask 077`;

/** The script for a URL that is signed itself. */
export const urlSignalScript = writeSignalScript({
  prepare: `${readMember}
printf 'url = "%s"\\nrequest = "PUT"\\nheader = "Content-Type: application/json"\\n' "$(member alarm_url)" >"$config"`,
});

/**
 * The script for a user of its own in Keystone, who gets a token for each try: the password stays valid as long as the stack is there.
 *
 * The URL of Keystone may end in a version, or not.
 */
export const userSignalScript = writeSignalScript({
  prepare: `${readMember}
keystone=$(member auth_url)
keystone=\${keystone%/}
keystone=\${keystone%/v2.0}
keystone=\${keystone%/v3}/v3/auth/tokens

get_token() {
  printf '{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"%s","password":"%s"}}},"scope":{"project":{"id":"%s"}}}}' "$(member user_id)" "$(member password)" "$(member project_id)" |
    curl --fail --silent --show-error --max-time 30 -i -H 'Content-Type: application/json' --data-binary @- "$keystone" |
    tr -d '\\r' | sed -n 's/^[Xx]-[Ss]ubject-[Tt]oken: *//p'
}

write_config() {
  token=$(get_token)
  test -n "$token" || return 1
  printf 'url = "%s"\\nheader = "X-Auth-Token: %s"\\nheader = "Content-Type: application/json"\\nheader = "Accept: application/json"\\n' "$(member alarm_url)" "$token" >"$config"
}`,
  beforeTry: 'write_config && ',
});
