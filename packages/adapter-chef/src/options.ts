import * as z from 'zod';

/** The options of a Chef role in the deployment file. */
export const chefOptions = z.strictObject({
  /** As in a node object: `role[web]`, `recipe[shop::app]`, `shop`. */
  run_list: z.array(z.string().min(1)).min(1),
  /** The user's own solo.rb; read as it is. */
  config: z.string().min(1).optional(),
  /** Attributes of the run, as with `chef-solo -j`. */
  attributes: z.record(z.string(), z.json()).optional(),
  /** True: `search(:node, ...)` in its cookbooks finds the nodes of the deployment. @default false */
  search: z.boolean().optional(),
  /** The chef-solo or cinc-solo to run. @default what is found, see findChefSolo */
  program: z.string().min(1).optional(),
});

export type ChefOptions = z.infer<typeof chefOptions>;
