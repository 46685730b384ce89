import { describe, expect, it } from 'vitest';
import { complaints, contentOf, type ExampleOptions, runExample, runPlain } from './support/example.ts';

const hosts: ExampleOptions = {
  name: 'hosts-chef',
  nodes: ['peer-0', 'peer-1', 'peer-2', 'peer-3'],
  writes: [],
  written: ['etc/hosts'],
};

describe('the example of host files by Chef', () => {
  it('writes on each of four machines, byte for byte, what plain chef-solo writes that is given all addresses beforehand', {
    timeout: 300_000,
  }, async () => {
    const { end, deployment, trees } = await runExample(hosts);
    expect(complaints(end)).toEqual([]);
    expect(end.stdout).toContain('heddle: hosts-chef, epoch 1: all 4 roles ended well');
    expect(end.exitCode).toBe(0);
    expect(await deployment.processes()).toEqual([]);
    const written = await trees();
    expect(written).toEqual(await runPlain(hosts));

    for (const node of hosts.nodes) {
      expect(contentOf(written, node, 'etc/hosts'), node).toBe(`# Written by Chef
127.0.0.1 localhost
10.77.0.10 peer-0.example.net peer-0
10.77.0.11 peer-1.example.net peer-1
10.77.0.12 peer-2.example.net peer-2
10.77.0.13 peer-3.example.net peer-3
`);
    }
  });
});
