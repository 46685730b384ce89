import { unshared } from '../emit/shared-texts.ts';
import { type SignalTransport, signalFiles, signalHandle } from '../emit/signal-transport.ts';
import type { Data, DataMap } from '../read/data.ts';
import { type CoordinatorParts, coordinatorConfig } from './cloud-config.ts';

/** Names of what is added to a template. */
export const coordinatorNames = {
  server: 'heddle_coordinator',
  password: 'heddle_coordinator_password',
  handle: 'heddle_coordinator_handle',
  wait: 'heddle_coordinator_wait',
} as const;

/** Seconds that Heat waits until the coordinator is ready: it may have to install Java. */
const timeoutS = 1800;

export const coordinatorPassword: Data = { get_attr: [coordinatorNames.password, 'value'] };
export const coordinatorAddress: Data = { get_attr: [coordinatorNames.server, 'first_address'] };

/** Write the resources of a coordinator: its server, its password, and what says that it is ready. */
export function coordinatorResources(
  parts: Omit<CoordinatorParts, 'password' | 'signalFiles'>,
  properties: DataMap,
  transport: SignalTransport,
): Readonly<Record<string, DataMap>> {
  const { server, password, handle, wait } = coordinatorNames;
  const config = coordinatorConfig({
    ...parts,
    password: coordinatorPassword,
    signalFiles: signalFiles(transport, handle, unshared),
  });
  return {
    [password]: {
      type: 'OS::Heat::RandomString',
      // Nothing that would have to be written in another way in a URL.
      properties: { length: 32, character_classes: [{ class: 'lettersdigits', min: 1 }] },
    },
    [handle]: signalHandle(transport),
    [server]: {
      type: 'OS::Nova::Server',
      properties: {
        ...properties,
        user_data_format: 'RAW',
        user_data: { list_join: ['\n', ['#cloud-config', config]] },
      },
    },
    [wait]: {
      type: 'OS::Heat::WaitCondition',
      depends_on: server,
      properties: { handle: { get_resource: handle }, timeout: timeoutS, count: 1 },
    },
  };
}
