import * as z from 'zod';
import { outputName, outputSchema, roleSchema } from './document.ts';

/** A role in a Heat template: the keys of a deployment file, with expressions of HOT as inputs. */
const heatRole = roleSchema.extend({
  inputs: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      'Attribute path to any expression of the template: get_attr, get_param, ... in lists and maps at any depth. ' +
        '{ $value, deadline, missing, default, sensitive } is the long form.',
    ),
  outputs: z
    .union([z.record(outputName, z.union([z.string(), outputSchema])), z.array(z.string())])
    .optional()
    .describe(
      'Output name to attribute path, or a list of paths that are their own names; a virtual attribute of the server.',
    ),
  after: z.array(z.string()).optional().describe('Roles that must have succeeded first: SERVER.ROLE.'),
});

const metadata = z.looseObject({
  roles: z
    .array(z.union([z.string().describe('A Chef role: mysql, role[mysql] or recipe[mysql::server].'), heatRole]))
    .optional()
    .describe('The roles of this server, in the order in which they run.'),
});

const member = z.looseObject({ metadata: metadata.optional() });

/** A Heat template for editors: it knows the roles, and leaves everything else to Heat. */
export const heatRolesSchema = z
  .looseObject({
    resources: z
      .record(
        z.string(),
        z.looseObject({
          metadata: metadata.optional(),
          properties: z
            .looseObject({ resource_def: member.optional(), resource: member.optional() })
            .nullish()
            .describe("Members of a group have their roles in the metadata of the group's definition."),
        }),
      )
      .nullish(),
  })
  .meta({ title: 'Heat template with roles', description: 'The roles that Heddle reads in the metadata of servers.' });
