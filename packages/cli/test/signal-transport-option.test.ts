import { describe, expect, it } from 'vitest';
import { signalTransportOption } from '../src/heat/signal-transport-option.ts';

describe('--signal-transport', () => {
  it('takes the ways of Heat by which a machine can say how it ended', () => {
    expect(signalTransportOption('HEAT_SIGNAL')).toBe('HEAT_SIGNAL');
  });

  it.each([
    ['NO_SIGNAL', 'with it Heat waits for no machine'],
    ['ZAQAR_SIGNAL', 'it needs a client of Zaqar on the machines'],
    ['HEAT_SIGNA', 'Heat has no such transport; did you mean "HEAT_SIGNAL"?'],
  ])('says what is wrong with %s', (text, why) => {
    expect(() => signalTransportOption(text)).toThrow(
      expect.objectContaining({ code: 'usage', message: `--signal-transport ${text}: ${why}` }),
    );
  });
});
