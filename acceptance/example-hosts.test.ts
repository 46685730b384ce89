import { describe, expect, it } from 'vitest';
import { complaints, type ExampleOptions, runExample, runPlain } from './support/example.ts';

const machines = ['web-0', 'web-1', 'web-2', 'db'];
const ansible: ExampleOptions = { name: 'hosts', nodes: machines, writes: [], written: ['etc/hosts'] };
const chef: ExampleOptions = { ...ansible, name: 'hosts-chef' };

/** Run a form of the example on machines and read what it wrote. */
async function filesOf(form: ExampleOptions) {
  const { end, deployment, trees } = await runExample(form);
  expect(complaints(end)).toEqual([]);
  expect(end.stdout).toContain(`heddle: ${form.name}, epoch 1: all 4 roles ended well`);
  expect(end.exitCode).toBe(0);
  expect(await deployment.processes()).toEqual([]);
  return trees();
}

describe('the examples of host files', () => {
  it('write on each of four machines, byte for byte, the same by Ansible, by Chef, and by plain chef-solo that is given all addresses beforehand', async () => {
    const text = `644 0:0
127.0.0.1 localhost
10.77.0.13 db
10.77.0.10 web-0
10.77.0.11 web-1
10.77.0.12 web-2
`;
    const byChef = await filesOf(chef);
    for (const machine of machines) expect(byChef[machine]?.['etc/hosts'], machine).toBe(text);
    expect(await filesOf(ansible)).toEqual(byChef);
    expect(await runPlain(chef)).toEqual(byChef);
  });
});
