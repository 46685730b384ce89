/** The ways to the same machines with the same files, with what is printed of each. */
export const ways = {
  static: 'Heat resolves addresses',
  runtime: '--prefer runtime',
  serial: 'one after the other, without Heddle',
};

/** Names of the servers, each of which needs the address, the port and the version of the one before. */
export const tiers = ['database', 'cache', 'search', 'api', 'web', 'proxy'];

/** What the roles write on each machine. */
export const written = ['port', 'version', 'configuration', 'started'].map((name) => `srv/tier/${name}`);
