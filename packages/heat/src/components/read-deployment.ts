import { nameProblem } from '@heddle/core';
import { type Data, type DataMap, dataWords, entryOf, isDataList, isDataMap, writeData } from '../read/data.ts';
import type { DocumentPath } from '../read/source.ts';
import { table } from '../read/table.ts';
import { calledFunction, dependenciesOf } from './call-data.ts';
import { defaultActions, readConfig, warnOfActions } from './read-config.ts';
import { type Hosts, readHost, readHosts } from './read-hosts.ts';
import { type ComponentReading, type Config, type Deployment, type Placed, repairedName } from './terms.ts';

/** Types of deployments, and the property that says where they run. */
const deploymentTypes = table<'server' | 'servers'>({
  'OS::Heat::SoftwareDeployment': 'server',
  'OS::Heat::StructuredDeployment': 'server',
  'OS::Heat::SoftwareDeploymentGroup': 'servers',
  'OS::Heat::SoftwareDeployments': 'servers',
  'OS::Heat::StructuredDeploymentGroup': 'servers',
  'OS::Heat::StructuredDeployments': 'servers',
});

/** The property of a deployment that names its server or servers; undefined for what is no deployment. */
export function hostProperty(resource: Data | undefined): 'server' | 'servers' | undefined {
  const type = entryOf(resource, 'type');
  return deploymentTypes[typeof type === 'string' ? type : ''];
}

/** Read a deployment; undefined for what is none, and after a report for one that cannot be taken over. */
export function readDeployment(name: string, reading: ComponentReading): Deployment | undefined {
  const data = entryOf(reading.resources, name);
  const property = hostProperty(data);
  if (property === undefined || !isDataMap(data)) return undefined;
  const at = ['resources', name];
  const properties = entryOf(data, 'properties');
  const place = (key: string) => [...at, 'properties', key];
  const written = entryOf(properties, property);
  const hosts =
    property === 'servers'
      ? readHosts(written, place(property), reading)
      : oneHost(readHost(written, place(property), reading));
  const config = readConfig(entryOf(properties, 'config'), place('config'), reading);
  const inputs = readInputValues(entryOf(properties, 'input_values'), place('input_values'), reading);
  const role = roleName(name, at, reading);
  warnOfRest(data, at, reading);
  if (hosts === undefined || config === undefined || inputs === undefined || role === undefined) return undefined;
  if (!haveOneCondition(name, hosts, config, reading)) return undefined;
  const common = { resource: name, role, inputs, dependsOn: dependenciesOf(data, at), at };
  const isIdle = config === 'idle' || !runsAtCreation(properties, place('actions'), config, reading);
  if (isIdle) return { ...common, ...hosts, hosts: [], order: '' };
  const own = entryOf(properties, 'name');
  return { ...common, ...hosts, config, order: typeof own === 'string' ? own : config.resource };
}

function oneHost(host: Hosts['hosts'][number] | undefined): Hosts | undefined {
  return host === undefined ? undefined : { kind: 'one', hosts: [host] };
}

function roleName(name: string, at: DocumentPath, { source }: ComponentReading): string | undefined {
  const role = repairedName(name);
  const problem = nameProblem('role', role);
  if (problem === undefined) return role;
  source.report(at, 'E_NAME', `the deployment "${name}" cannot be a role: ${problem}`);
  return undefined;
}

function readInputValues(
  written: Data | undefined,
  at: DocumentPath,
  { source, functions }: ComponentReading,
): ReadonlyMap<string, Placed> | undefined {
  if (written === undefined || written === null) return new Map();
  const called = calledFunction(written, functions);
  if (isDataMap(written) && called === undefined)
    return new Map(Object.entries(written).map(([name, data]) => [name, { data, at: [...at, name] }]));
  const what = called === undefined ? dataWords(written) : `what ${called} gives`;
  source.report(at, 'E_COMPONENT', `"input_values" is a map whose names are written out, not ${what}`);
  return undefined;
}

/** A role is run whenever its server is there. */
function haveOneCondition(
  name: string,
  { hosts }: Hosts,
  config: Config | 'idle',
  { source, resources }: ComponentReading,
): boolean {
  const conditionOf = (resource: string) => writeData(entryOf(entryOf(resources, resource), 'condition') ?? null);
  const own = conditionOf(name);
  const others = [...hosts.map(({ resource }) => resource), ...(config === 'idle' ? [] : [config.resource])];
  const other = others.find((resource, index) => {
    const condition = conditionOf(resource);
    return condition !== own && (index < hosts.length || condition !== 'null');
  });
  if (other === undefined) return true;
  const text = `a role runs whenever its server is there, and "${other}" has another condition: give both the same one, or none`;
  source.report(own === 'null' ? ['resources', name] : ['resources', name, 'condition'], 'E_COMPONENT', text);
  return false;
}

/** The configurations of a component have actions of their own, which count instead. */
function runsAtCreation(
  properties: Data | undefined,
  at: DocumentPath,
  { resource }: Config,
  reading: ComponentReading,
): boolean {
  if (entryOf(entryOf(reading.resources, resource), 'type') === 'OS::Heat::SoftwareComponent') return true;
  const written = entryOf(properties, 'actions');
  const actions = isDataList(written) ? written : defaultActions;
  const isDue = isDataList(actions) && actions.includes('CREATE');
  if (isDataList(written)) {
    const others = written.filter((action) => action !== 'CREATE' && (action !== 'UPDATE' || !isDue));
    warnOfActions(others, at, reading);
  }
  return isDue;
}

/** What a role has no place for. */
function warnOfRest(data: DataMap, at: DocumentPath, { warn }: ComponentReading): void {
  const transport = entryOf(entryOf(data, 'properties'), 'signal_transport');
  if (transport === 'NO_SIGNAL') {
    const text = 'the stack did not wait for this deployment; for a role it does';
    warn([...at, 'properties', 'signal_transport'], text);
  } else if (transport !== undefined) {
    const text = 'a role does not signal: its machine does, as heddle compile --signal-transport says';
    warn([...at, 'properties', 'signal_transport'], text);
  }
  if (entryOf(data, 'update_policy') !== undefined) {
    warn([...at, 'update_policy'], 'roles of several servers run side by side: there are no batches');
  }
}
