import { describe, expect, it, onTestFinished } from 'vitest';
import { type HeatEngine, type ServerRequest, startHeat } from '../../src/heat/index.ts';

const template = JSON.stringify({
  AWSTemplateFormatVersion: '2010-09-09',
  Resources: {
    Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
    Db: {
      Type: 'AWS::EC2::Instance',
      Properties: {
        ImageId: 'debian-12',
        InstanceType: 'small',
        UserData: { 'Fn::Join': ['', ['#!/bin/sh\n# <', { Ref: 'Handle' }, '>\n']] },
      },
    },
    Wait: {
      Type: 'AWS::CloudFormation::WaitCondition',
      DependsOn: 'Db',
      Properties: { Handle: { Ref: 'Handle' }, Timeout: 300 },
    },
  },
  Outputs: {
    Address: { Value: { 'Fn::GetAtt': ['Db', 'PrivateIp'] } },
    Port: { Value: { 'Fn::Select': ['port', { 'Fn::Select': ['db', { 'Fn::GetAtt': ['Wait', 'Data'] }] }] } },
  },
});

describe("Heat's engine", () => {
  it('creates an instance of CloudFormation, which signals at the signed URL of its handle', async () => {
    let engine: HeatEngine | undefined;
    const server = await new Promise<ServerRequest>((resolve) => {
      engine = startHeat({ stackName: 'shop', heatUrl: 'http://heat.test:8004/v1', template, onServer: resolve });
    });
    onTestFinished(() => engine?.close());
    expect(server).toMatchObject({ resource: 'Db', flavor: 'small', image: 'debian-12' });
    const url = new URL(/# <(.*)>/.exec(server.userData)?.[1] ?? '');
    expect(url.host).toBe('heat.test:8004');
    const [, stackId = '', resource = ''] = /\/shop\/([^/]+)\/resources\/(.*)$/.exec(url.pathname) ?? [];
    expect(resource).toBe('Handle');
    engine?.report({ id: server.id, status: 'ACTIVE', address: '10.77.0.11' });
    const details = { Status: 'SUCCESS', Reason: 'well', UniqueId: 'db', Data: '{"port":3306}' };
    const signal = { stackId, resource, details };
    expect(await engine?.signal({ ...signal, token: 'another' })).toMatchObject({ status: 401 });
    const token = url.searchParams.get('Signature');
    expect(await engine?.signal({ ...signal, token, details: { status: 'SUCCESS' } })).toMatchObject({ status: 400 });
    expect(await engine?.signal({ ...signal, token })).toMatchObject({ status: 200 });
    expect(await engine?.result).toMatchObject({
      state: 'CREATE_COMPLETE',
      outputs: { Address: '10.77.0.11', Port: 3306 },
    });
  });
});
