import { readFileSync } from 'node:fs';
import { isHeddleError } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { cloudOf, serverWithWait, signal, template, text } from './support.ts';

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
