/** The parts of the way, in their order, with what each of them is. */
export const stages = {
  compile: 'heddle compile: template to template and plan',
  seed: 'heddle seed: the plan into ZooKeeper',
  create: 'Heat: from its begin to the request for the server',
  boot: "cloud-init up to the user data's script",
  install: 'bundle and content fetched, checked, unpacked, store opened',
  converge: 'the roles: chef-solo, waits included',
  signal: 'signal, and Heat until CREATE_COMPLETE',
};

/**
 * Cut the way of the machine that signalled last into its stages, in ms.
 *
 * Left out is what a cloud has done beforehand: machines made, Heat loaded.
 */
export function stagesOf({ steps, ready, servers, complete }) {
  const last = Object.values(servers).reduce((one, other) => (other.signalled > one.signalled ? other : one));
  return {
    compile: steps.seed - steps.compile,
    seed: steps.stack - steps.seed,
    create: last.asked - ready,
    boot: last.booted - last.asked,
    install: last.begun - last.booted,
    converge: last.converged - last.begun,
    signal: complete - last.converged,
  };
}
