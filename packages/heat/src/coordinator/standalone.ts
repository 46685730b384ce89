import { writeIndented } from '../read/data.ts';
import { coordinatorConfig } from './cloud-config.ts';
import { coordinatorAddress, coordinatorPassword, coordinatorResources } from './coordinator-resources.ts';
import { type CoordinatorKind, coordinatorUrl, coordinatorUser } from './kinds.ts';
import { serverProperties } from './server-properties.ts';

/** Write a template with a coordinator alone, as JSON text: for stores that several stacks use. It seeds nothing. */
export function coordinatorTemplate(kind: CoordinatorKind): string {
  const { properties, parameters } = serverProperties(undefined, {});
  const template = {
    heat_template_version: '2018-08-31',
    description: 'A store through which machines exchange values.',
    parameters,
    resources: coordinatorResources({ kind }, properties, 'TOKEN_SIGNAL'),
    outputs: {
      store: { description: 'URL of the store, without user', value: coordinatorUrl(kind, coordinatorAddress) },
      user: { value: coordinatorUser },
      password: { value: coordinatorPassword },
    },
  };
  return `${writeIndented(template)}\n`;
}

/** Write the user data of a machine that becomes a coordinator without Heat; the password stands in it. */
export function coordinatorCloudConfig(kind: CoordinatorKind, password: string): string {
  return `#cloud-config\n${writeIndented(coordinatorConfig({ kind, password }))}\n`;
}
