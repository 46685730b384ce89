import type { Data, DataMap } from '../../read/data.ts';
import { file, joined, type MachineFile } from '../file.ts';
import type { ShareText } from '../shared-texts.ts';
import { writeSignalScript } from '../signal-script.ts';
import { type SignalTransport, shortLived, signalFiles, signalHandle } from '../signal-transport.ts';

/** How the machines of a CloudFormation template tell Heat how they ended. */
export interface CfnSignal {
  /** The handle as a resource. */
  readonly handle: DataMap;
  /** The wait condition's type, and what its properties and its attribute are named. */
  readonly condition: {
    readonly type: string;
    readonly names: readonly [handle: string, timeout: string, count: string];
  };
  readonly dataAttribute: string;
  /** Files of a machine, with functions of HOT. */
  readonly files: (handle: string, share: ShareText) => readonly MachineFile[];
  /** What is wrong with a wait of so many seconds; undefined when nothing is. */
  readonly shortLived: (waitS: number) => string | undefined;
}

/** By its own handles, whose reference is a signed URL. */
const signedUrl: CfnSignal = {
  handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
  condition: { type: 'AWS::CloudFormation::WaitCondition', names: ['Handle', 'Timeout', 'Count'] },
  dataAttribute: 'Data',
  files: (handle, share) => [
    file('/etc/heddle/signal.curl', '0600', joined(signedUrlConfig({ get_resource: handle }))),
    file('/etc/heddle/signal.sh', '0700', share('signal.sh', signedUrlScript)),
  ],
  shortLived: (waitS) => shortLived('CFN_SIGNAL', waitS),
};

/** Choose the way: CFN_SIGNAL is that of CloudFormation itself; what it signs is valid for the shortest time. */
export function cfnSignal(transport: SignalTransport = 'TOKEN_SIGNAL'): CfnSignal {
  if (transport === 'CFN_SIGNAL') return signedUrl;
  const { type, properties } = signalHandle(transport);
  return {
    handle: { Type: type ?? null, ...(properties === undefined ? {} : { Properties: properties }) },
    condition: { type: 'OS::Heat::WaitCondition', names: ['handle', 'timeout', 'count'] },
    dataAttribute: 'data',
    files: (handle, share) => signalFiles(transport, handle, share),
    shortLived: (waitS) => shortLived(transport, waitS),
  };
}

/** The body of a handle of CloudFormation has other keys. An unescaped quote ends a text, so what looks like a key is one. */
const signedUrlScript = writeSignalScript({
  prepare: `body=$(printf '%s' "$body" | sed 's/"status":/"Status":/; s/"reason":/"Reason":/; s/"data":/"Data":/; s/"id":/"UniqueId":/')`,
});

function signedUrlConfig(url: Data): readonly Data[] {
  return ['url = "', url, '"\nrequest = "PUT"\nheader = "Content-Type:"\n'];
}
