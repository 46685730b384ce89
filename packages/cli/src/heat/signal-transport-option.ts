import { HeddleError, suggest } from '@heddle/core';
import { type SignalTransport, signalTransports } from '@heddle/heat';

/** Transports of Heat by which a machine cannot say how it ended, and why. */
const unfit: Readonly<Record<string, string>> = {
  ZAQAR_SIGNAL: 'it needs a client of Zaqar on the machines',
  NO_SIGNAL: 'with it Heat waits for no machine',
};

/** Read the value of `--signal-transport`. @throws usage */
export function signalTransportOption(text: string): SignalTransport {
  const found = signalTransports.find((known) => known === text);
  if (found !== undefined) return found;
  const why = unfit[text] ?? `Heat has no such transport${suggest(text, signalTransports, 'there are')}`;
  throw new HeddleError('usage', `--signal-transport ${text}: ${why}`, {
    next: [`choose one of ${signalTransports.join(', ')}`],
  });
}
