/** What `heddle up` uses of the kit that makes machines: a name that nobody asks for is not in the bundle. */
export { createMachines } from '@heddle/testkit';
