import { describe, expect, it, onTestFinished } from 'vitest';
import { type HeatEngine, type ServerRequest, type StackResult, startHeat } from '../../src/heat/index.ts';
import { template, text } from './support.ts';

const server = (userData: unknown) => ({
  type: 'OS::Nova::Server',
  properties: { image: 'debian-12', flavor: 'small', user_data_format: 'RAW', user_data: userData },
});

interface Created {
  readonly servers: readonly ServerRequest[];
  readonly result: StackResult;
}

/** Create a stack whose servers are active at once, with addresses in the order in which Heat asks for them. */
async function create(resources: unknown, outputs: unknown, fails: readonly string[] = []): Promise<Created> {
  const servers: ServerRequest[] = [];
  const engine: HeatEngine = startHeat({
    stackName: 'shop',
    heatUrl: 'http://heat.test:8004/v1',
    template: template(resources, outputs),
    onServer(asked) {
      servers.push(asked);
      const { id, resource } = asked;
      if (fails.includes(resource ?? '')) engine.report({ id, status: 'ERROR', fault: 'no host has room' });
      else engine.report({ id, status: 'ACTIVE', address: `10.77.0.${10 + servers.length}` });
    },
  });
  onTestFinished(() => engine.close());
  return { result: await engine.result, servers };
}

describe("Heat's engine", () => {
  it('creates the members of a ResourceGroup, each with its index in its user data, and gives their addresses in order', async () => {
    const { result, servers } = await create(
      {
        handle: { type: 'OS::Heat::WaitConditionHandle' },
        client: {
          type: 'OS::Heat::ResourceGroup',
          properties: {
            count: 3,
            resource_def: server(text('client-%index% of ', { get_attr: ['handle', 'endpoint'] })),
          },
        },
        files: server({ list_join: [' ', { get_attr: ['client', 'first_address'] }] }),
      },
      {
        addresses: { value: { get_attr: ['client', 'first_address'] } },
        second: { value: { get_attr: ['client', 'resource.1.first_address'] } },
        all: { value: { get_attr: ['client', 'attributes', 'first_address'] } },
      },
    );
    expect(result).toMatchObject({ state: 'CREATE_COMPLETE', unresolved: {} });
    expect(servers.map(({ resource }) => resource).toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      'client.0',
      'client.1',
      'client.2',
      'files',
    ]);
    const addresses = [0, 1, 2].map((index) => {
      const place = servers.findIndex(({ resource }) => resource === `client.${index}`);
      expect(servers[place]?.userData).toMatch(new RegExp(`^client-${index} of http://heat\\.test:8004/v1/.*/signal$`));
      return `10.77.0.${11 + place}`;
    });
    const [, second] = addresses;
    expect(result.outputs).toEqual({ addresses, second, all: { 0: addresses[0], 1: second, 2: addresses[2] } });
    expect(servers.at(-1)).toMatchObject({ resource: 'files', userData: addresses.join(' ') });
  });

  it('creates the members of an AutoScalingGroup, with names that nobody knows before', async () => {
    const { result, servers } = await create(
      {
        web: {
          type: 'OS::Heat::AutoScalingGroup',
          properties: { min_size: 1, max_size: 3, desired_capacity: 2, resource: server('hello') },
        },
      },
      { addresses: { value: { get_attr: ['web', 'outputs_list', 'first_address'] } } },
    );
    expect(result).toMatchObject({ state: 'CREATE_COMPLETE', unresolved: {} });
    expect(servers.map(({ resource }) => resource)).toEqual([
      expect.stringMatching(/^web\.[a-z0-9]{12}$/),
      expect.stringMatching(/^web\.[a-z0-9]{12}$/),
    ]);
    expect(result.outputs['addresses']).toHaveLength(2);
  });

  it('fails the stack when Nova reports an error for a member of a group', async () => {
    const group = { type: 'OS::Heat::ResourceGroup', properties: { count: 2, resource_def: server('hello') } };
    const { result } = await create({ client: group }, {}, ['client.1']);
    expect(result.state).toBe('CREATE_FAILED');
    expect(result.reason).toContain('no host has room');
  });
});
