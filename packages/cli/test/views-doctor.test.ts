import { HeddleError } from '@heddle/core';
import { describe, expect, test } from 'vitest';
import { checksText } from '../src/output/checks-text.ts';
import { chefCheck } from '../src/views/chef-check.ts';
import {
  doctorExitCode,
  fileCheck,
  isolationCheck,
  nodeCheck,
  proxyCheck,
  storeChecks,
  toolCheck,
} from '../src/views/doctor.ts';

const error = (code: ConstructorParameters<typeof HeddleError>[0], message: string, next: string[] = []) =>
  new HeddleError(code, message, { next }).toJSON();
const missing = { error: { message: 'no chef-solo on the PATH', next: ['install Chef'] } };
const capabilities = {
  distributed: true,
  linearizable: true,
  durable: true,
  acl: true,
  tls: false,
  maxValueBytes: 1,
  maxBatch: 4,
};

describe('a check', () => {
  test.each([
    ['20.19.0', 'ok'],
    ['20.19', 'ok'],
    ['v24.1.0', 'ok'],
    ['20.9.1', 'fail'],
    ['18.20.4', 'fail'],
  ])('of Node.js %s is %s', (version, state) => {
    expect(nodeCheck(version, '20.19').state).toBe(state);
  });

  test('of a program fails when a role needs it, and only warns when nobody knows', () => {
    expect(toolCheck('chef-solo', missing, ['db.mysql', 'web-0.app'])).toEqual({
      name: 'chef-solo',
      state: 'fail',
      text: 'no chef-solo on the PATH; role db.mysql and 1 more need it',
      next: ['install Chef'],
    });
    expect(toolCheck('chef-solo', missing, undefined).state).toBe('warn');
    expect(toolCheck('chef-solo', missing, []).state).toBe('ok');
    expect(toolCheck('ruby', missing, ['db.mysql'], 'less is checked')).toMatchObject({
      state: 'warn',
      text: 'no chef-solo on the PATH: less is checked',
    });
    expect(toolCheck('chef-solo', { path: '/usr/bin/chef-solo', version: '18.1.0' }, ['db.mysql'])).toEqual({
      name: 'chef-solo',
      state: 'ok',
      text: '18.1.0 (/usr/bin/chef-solo)',
    });
  });

  test('of a chef-solo fails for a series that the shim refuses, if a role runs with it', () => {
    const found = (version: string) => ({ path: '/usr/bin/chef-solo', version });
    expect(chefCheck('chef-solo', found('17.10.163'), ['db.mysql'])).toMatchObject({ state: 'ok' });
    expect(chefCheck('chef-solo', found('19.1.18'), ['db.mysql'])).toEqual({
      name: 'chef-solo',
      state: 'fail',
      text: '19.1.18 (/usr/bin/chef-solo): Heddle works with series 17 to 18',
      next: ["gem install chef-bin -v '~> 18'"],
    });
    expect(chefCheck('chef-solo', found('15.17.4'), []).state).toBe('warn');
    expect(chefCheck('chef-solo', missing, ['db.mysql']).state).toBe('fail');
  });

  test('of the deployment file names its first mistake', () => {
    expect(fileCheck({})).toMatchObject({ state: 'warn', text: 'there is no heddle.yaml in this folder' });
    const wrong = new HeddleError('plan-invalid', '2 mistakes', { notes: ['a.yaml:3: one', 'a.yaml:4: two'] }).toJSON();
    expect(fileCheck({ file: 'a.yaml', error: wrong })).toEqual({
      name: 'deployment file',
      state: 'fail',
      text: '2 mistakes: a.yaml:3: one and others',
      next: ['heddle validate a.yaml  lists all mistakes'],
    });
  });

  test('of the store goes as far as it was tried', () => {
    const states = (facts: Parameters<typeof storeChecks>[0]) =>
      storeChecks(facts).map(({ name, state }) => `${name} ${state}`);
    const url = 'etcd://h:2379/x';
    expect(states({})).toEqual(['store warn']);
    expect(states({ url, isToBeMade: true })).toEqual(['store ok']);
    expect(states({ url, openError: error('unavailable', 'nobody answers') })).toEqual(['store fail']);
    expect(states({ url, capabilities, readError: error('denied', 'no') })).toEqual(['store ok', 'store: read fail']);
    expect(states({ url, capabilities, writeError: error('denied', 'no') })).toEqual([
      'store ok',
      'store: read ok',
      'store: write warn',
    ]);
    expect(states({ url, capabilities, writeError: error('unavailable', 'no') })).toEqual([
      'store ok',
      'store: read ok',
      'store: write fail',
    ]);
    expect(storeChecks({ url, capabilities, holds: 'it holds epoch 3 of deployment shop' })).toEqual([
      { name: 'store', state: 'ok', text: 'etcd://h:2379/x answers; nodes can have rights of their own' },
      { name: 'store: read', state: 'ok', text: 'permitted; it holds epoch 3 of deployment shop' },
      { name: 'store: write', state: 'ok', text: 'permitted' },
    ]);
  });

  test('of isolation names what forbids machines', () => {
    expect(isolationCheck('user', undefined).text).toBe('process, and machine (with user namespaces)');
    expect(isolationCheck(undefined, error('tool-missing', 'Machines need ip', ['apt-get install iproute2']))).toEqual({
      name: 'isolation',
      state: 'warn',
      text: 'process only; Machines need ip',
      next: ['apt-get install iproute2'],
    });
  });

  test.each([
    [{}, 'ok'],
    [{ http_proxy: '' }, 'ok'],
    [{ https_proxy: 'http://p:3128' }, 'warn'],
    [{ HTTP_PROXY: 'http://p:3128', no_proxy: 'localhost' }, 'ok'],
  ])('of the proxies in %s is %s', (environment, state) => {
    const check = proxyCheck(environment);
    expect(check.state).toBe(state);
    expect(JSON.stringify(check)).not.toContain('3128');
  });
});

test('checks are printed one a line, with what to do below those that need it, and fail together when one fails', () => {
  const checks = [
    { name: 'node', state: 'ok', text: '20.19.2', next: ['not shown'] },
    { name: 'chef-solo', state: 'fail', text: 'missing', next: ['install it'] },
  ] as const;
  expect(checksText(checks, false)).toBe(
    'ok    node       20.19.2\nfail  chef-solo  missing\n                 try: install it\n',
  );
  expect(doctorExitCode(checks)).toBe(2);
  expect(doctorExitCode([{ name: 'x', state: 'warn', text: '' }])).toBe(0);
});
