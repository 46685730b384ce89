import { describe, expect, it } from 'vitest';
import { divideSubnet } from '../../src/machines/subnet.ts';

describe('divideSubnet', () => {
  it('gives the bridge the first address and machines those from the tenth', () => {
    const subnet = divideSubnet('10.77.0.0/24', 3);
    expect([subnet.gateway, subnet.prefixBits, subnet.address(0), subnet.address(2)]).toEqual([
      '10.77.0.1',
      24,
      '10.77.0.10',
      '10.77.0.12',
    ]);
  });

  it('ignores host bits and counts across octets', () => {
    const subnet = divideSubnet('172.16.9.9/16', 300);
    expect([subnet.gateway, subnet.address(246)]).toEqual(['172.16.0.1', '172.16.1.0']);
  });

  it('uses the last address but the broadcast one', () => {
    expect(divideSubnet('10.0.0.0/28', 5).address(4)).toBe('10.0.0.14');
    expect(() => divideSubnet('10.0.0.0/28', 6)).toThrow(/room for 5 machines/);
  });

  it.each(['10.77.0.0', '10.77.0/24', '10.77.0.256/24', '10.77.0.0/7', '10.77.0.0/29', 'x/24'])(
    'refuses %s',
    (cidr) => {
      expect(() => divideSubnet(cidr, 1)).toThrow(expect.objectContaining({ code: 'config-invalid' }));
    },
  );
});
