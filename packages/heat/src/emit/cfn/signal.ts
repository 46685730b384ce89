import type { Data } from '../../read/data.ts';
import { signalScript } from '../signal-script.ts';

/**
 * The script with which a machine signals a handle of CloudFormation, whose body has other keys.
 *
 * An unescaped quote ends a text, so what looks like a key is one.
 */
export const cfnSignalScript = signalScript.replace(
  'body=$(cat)',
  `body=$(sed 's/"status":/"Status":/; s/"reason":/"Reason":/; s/"data":/"Data":/; s/"id":/"UniqueId":/')`,
);

/** Write the parts of the configuration of curl for a handle of CloudFormation: its reference is a signed URL. */
export function cfnSignalConfig(url: Data): readonly Data[] {
  return ['url = "', url, '"\nrequest = "PUT"\nheader = "Content-Type:"\n'];
}
