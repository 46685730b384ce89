import { readFileSync } from 'node:fs';
import { isHeddleError } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { cloudOf, cloudWith, serverWithWait, signal, template, text } from './support.ts';

describe('a stack of the real Heat', () => {
  it('is complete when its machine has booted, run its user data and signalled success', async () => {
    const cloud = await cloudOf('db');
    const script = text('hostname >/etc/told\n', signal('db', '{"status": "SUCCESS", "id": "db", "data": "its data"}'));
    const result = await cloud.create({
      stackName: 'shop',
      template: template(serverWithWait('db', script), {
        address: { value: { get_attr: ['db', 'first_address'] } },
        name: { value: { get_attr: ['db', 'name'] } },
        told: { value: { get_attr: ['db_wait', 'data'] } },
      }),
    });
    expect(result.unresolved).toEqual({});
    expect(result).toMatchObject({ state: 'CREATE_COMPLETE', resources: { db_wait: { state: 'CREATE_COMPLETE' } } });
    expect(result.outputs).toMatchObject({ address: cloud.machines.get('db')?.address, told: '{"db": "its data"}' });
    const report = await cloud.boots.get('db');
    expect(report?.stages.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    const told = readFileSync(`${cloud.machines.get('db')?.rootDirectory}/etc/told`, 'utf8');
    expect(told).toMatch(/^shop-db-/);
    expect(result.outputs['name']).toBe(told.trimEnd());
    expect(cloud.events.map(({ kind }) => kind)).toEqual([
      'ready',
      'server',
      ...Array(4).fill('stage'),
      'signal',
      'booted',
    ]);
  });

  it('fails with the reason that a machine signals, while the others may still be at work', async () => {
    const cloud = await cloudOf('db', 'web');
    const result = await cloud.create({
      stackName: 'shop',
      template: template({
        ...serverWithWait('web', 'sleep 1000\n'),
        ...serverWithWait('db', signal('db', '{"status": "FAILURE", "reason": "the disk is full", "id": "db"}')),
      }),
    });
    expect(result.state).toBe('CREATE_FAILED');
    expect(result.reason).toContain('WaitConditionFailure: resources.db_wait: the disk is full');
    expect(result.resources['db_wait']?.state).toBe('CREATE_FAILED');
    expect(result.resources['web_wait']?.state).not.toBe('CREATE_COMPLETE');
  });

  it('has a server boot, and its address in others, when the cloud has made it', async () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const cloud = await cloudWith({
      servers: ['slow', 'quick', 'reader'],
      build: async (server) => {
        if (server === 'slow') await opened;
      },
      onEvent: (event) => {
        if (event.kind === 'booted' && event.server === 'quick') open();
      },
    });
    const success = (name: string) => signal(name, '{"status": "SUCCESS"}');
    const address = { get_attr: ['slow', 'first_address'] };
    const result = await cloud.create({
      stackName: 'shop',
      template: template({
        ...serverWithWait('slow', success('slow')),
        ...serverWithWait('quick', success('quick')),
        ...serverWithWait('reader', text('echo ', address, ' >/etc/told\n', success('reader'))),
      }),
    });
    expect(result.state).toBe('CREATE_COMPLETE');
    const told = readFileSync(`${cloud.machines.get('reader')?.rootDirectory}/etc/told`, 'utf8');
    expect(told).toBe(`${cloud.machines.get('slow')?.address}\n`);
    const booted = cloud.events.findIndex((event) => event.kind === 'booted' && event.server === 'quick');
    const others = cloud.events
      .slice(0, booted)
      .filter((event) => event.kind === 'stage' || event.kind === 'server')
      .map(({ kind, server }) => `${kind} ${server}`);
    expect(others.toSorted()).toEqual(['server quick', 'server slow', ...Array(4).fill('stage quick')]);
  });

  it('takes a signal only with the token of its handle', async () => {
    const cloud = await cloudOf('db', 'web');
    const other = text(
      "curl -sS -o /etc/answer -w '%{http_code}' -X POST -H 'X-Auth-Token: ",
      {
        get_attr: ['db_handle', 'token'],
      },
      "' ",
      { get_attr: ['web_handle', 'endpoint'] },
      ' >/etc/status\n',
    );
    const result = await cloud.create({
      stackName: 'shop',
      template: template({
        ...serverWithWait('web', ''),
        ...serverWithWait('db', text(other, signal('db', '{"status": "FAILURE", "reason": "enough"}'))),
      }),
    });
    const root = cloud.machines.get('db')?.rootDirectory;
    expect(readFileSync(`${root}/etc/status`, 'utf8')).toBe('401');
    expect(readFileSync(`${root}/etc/answer`, 'utf8')).toContain('the token is not that of web_handle');
    expect(result.resources['web_wait']?.state).not.toBe('CREATE_COMPLETE');
  });

  it('fails with the words of Nova when it cannot make a server', async () => {
    const cloud = await cloudOf('db');
    const result = await cloud.create({
      stackName: 'shop',
      template: template(serverWithWait('nobody', '')),
    });
    expect(result.state).toBe('CREATE_FAILED');
    expect(result.reason).toMatch(/no machine stands ready for server "shop-nobody-/);
  });

  it('is refused with the words of Heat when servers need each other', async () => {
    const cloud = await cloudOf('a', 'b');
    const server = (other: string) => ({
      type: 'OS::Nova::Server',
      properties: { image: 'i', flavor: 'f', user_data: { get_attr: [other, 'first_address'] } },
    });
    const creation = cloud.create({ stackName: 'crossed', template: template({ a: server('b'), b: server('a') }) });
    const error: unknown = await creation.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(isHeddleError(error) && error.code).toBe('plan-invalid');
    expect(String(error)).toContain('Circular Dependency Found');
    expect(cloud.events).toEqual([{ kind: 'ready' }]);
  });
});
