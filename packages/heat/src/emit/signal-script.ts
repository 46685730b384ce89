import type { Data } from '../read/data.ts';

/** What a wait condition's handle gives for signals; functions of Heat in the emitted template. */
export interface SignalAccess {
  readonly endpoint: Data;
  readonly token: Data;
  /** The handle's words for a curl command; only whether it checks certificates is taken from them. */
  readonly curlCli: Data;
}

/** Write the parts of `/etc/heddle/signal.curl`, the configuration with which curl signals; the file is secret. */
export function signalConfig({ endpoint, token, curlCli }: SignalAccess): readonly Data[] {
  return [
    'url = "',
    endpoint,
    '"\nheader = "X-Auth-Token: ',
    token,
    '"\nheader = "Content-Type: application/json"\nheader = "Accept: application/json"\n# ',
    curlCli,
    '\n',
  ];
}

/** What differs between scripts that tell Heat how the machine ended. */
export interface SignalScriptParts {
  /** Runs once, before the first try. */
  readonly prepare: string;
  /** Runs before each try; a try that it fails is a failed one. @default nothing */
  readonly beforeTry?: string;
  /** Further words for curl. */
  readonly options?: string;
}

/**
 * Write the script that tells Heat how the machine ended: `signal.sh <BODY`.
 *
 * The arguments of a program are there for every user of the machine to see: what is secret stands in a file, the body goes through pipes.
 */
export function writeSignalScript({ prepare, beforeTry = '', options = '' }: SignalScriptParts): string {
  return `#!/bin/sh
# Tells Heat how this machine ended; the body of the signal is read from standard input.
set -u
config=/etc/heddle/signal.curl
body=$(cat)
${prepare}
attempt=1
until ${beforeTry}printf '%s' "$body" | curl --config "$config" ${options}--fail --silent --show-error --max-time 30 --data-binary @- >/dev/null; do
  if test "$attempt" -ge 8; then
    echo "heddle signal.sh: Heat could not be told after $attempt attempts" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 3
done
`;
}

/** The script for a token of Keystone. */
export const signalScript = writeSignalScript({
  prepare: `# Where Heat is set up to check no certificates, its own words for curl say so.
insecure=
if grep -q '^# curl --insecure ' "$config"; then insecure=--insecure; fi`,
  options: '$insecure ',
});
