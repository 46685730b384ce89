import { fileURLToPath } from 'node:url';

/** The folder of the checkout. */
export const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** The heddle command of this checkout; it runs what `npm run build` built. */
export const heddleProgram = `${checkout}packages/cli/bin/heddle`;

/** A program that the set-up put into the checkout: chef-solo, chef-ruby. */
export function chefProgram(name) {
  return `${checkout}.tools/chef/bin/${name}`;
}
