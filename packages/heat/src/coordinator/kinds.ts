import type { Data } from '../read/data.ts';

/** The stores that a coordinator can be. */
export type CoordinatorKind = 'zk' | 'etcd';

/** How a store is installed, started and closed to strangers; parts of a script. */
export interface Coordinator {
  readonly port: number;
  /** Packages of the distribution: the name of one, and a program or file that is there when it is installed. */
  readonly packages: readonly { readonly name: string; readonly brings: string }[];
  /** Units of those packages, which must not take the port. */
  readonly units: readonly string[];
  /** Becomes the server: the script that the unit runs. Its argument is the folder for data. */
  readonly run: string;
  /** Succeeds when the server answers. */
  readonly isReady: string;
  /** Lets in who has the password of `/etc/heddle/coordinator-password`, as the user `heddle`, and nobody else; empty where that needs nothing. */
  readonly secure: string;
}

export const coordinatorUser = 'heddle';
/** Below which Heddle's keys are. */
const root = 'heddle';

/** What is asked in four letters is asked of a port by bash, which Debian's images have. */
const zk: Coordinator = {
  port: 2181,
  packages: [{ name: 'zookeeper', brings: '/usr/share/java/zookeeper.jar' }],
  units: ['zookeeper.service'],
  run: `umask 077
cat >"$1/zoo.cfg" <<EOF
dataDir=$1
clientPort=2181
tickTime=2000
maxClientCnxns=0
admin.enableServer=false
autopurge.purgeInterval=24
4lw.commands.whitelist=srvr
EOF
log=/usr/share/java/slf4j-simple.jar
exec java -Xmx256m -Dzookeeper.jmx.log4j.disable=true -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp /usr/share/java/zookeeper.jar:$log org.apache.zookeeper.server.quorum.QuorumPeerMain "$1/zoo.cfg"
`,
  isReady: `timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/2181 && printf srvr >&3 && grep -q Mode: <&3' 2>/dev/null`,
  // Each entry is its writer's alone: ZooKeeper has no list of users.
  secure: '',
};

/** Clients before 3.4 speak the older interface when nobody says otherwise. */
const etcdctl = 'ETCDCTL_API=3 etcdctl --endpoints=http://127.0.0.1:2379';

const etcd: Coordinator = {
  port: 2379,
  packages: [
    { name: 'etcd-server', brings: '/usr/bin/etcd' },
    { name: 'etcd-client', brings: '/usr/bin/etcdctl' },
  ],
  units: ['etcd.service'],
  // Until it has users, whoever reaches it could do anything, and machines that come early would be told that it has none.
  run: `umask 077
hosts=127.0.0.1
test ! -e "$1/secured" || hosts=0.0.0.0
exec etcd --name heddle --data-dir "$1/data" --listen-client-urls "http://$hosts:2379" --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster heddle=http://127.0.0.1:2380 --auto-compaction-retention 1
`,
  isReady: `${etcdctl} endpoint health >/dev/null 2>&1`,
  secure: `control() {
  said=$(${etcdctl} "$@" 2>&1) || fail "etcdctl $1 $2: $said"
}
root=/etc/heddle/coordinator-root-password
head -c 24 /dev/urandom | base64 >"$root"
control user add root --interactive=false <"$root"
control user grant-role root root
control role add ${coordinatorUser}
control role grant-permission ${coordinatorUser} readwrite --prefix=true /${root}/
control user add ${coordinatorUser} --interactive=false </etc/heddle/coordinator-password
control user grant-role ${coordinatorUser} ${coordinatorUser}
control auth enable
: >"$directory/secured"
restart_server
until curl -fsS http://127.0.0.1:2379/health 2>/dev/null | grep -q true; do
  test "$attempt" -lt 240 || fail "the server does not answer on port 2379 after it was given users"
  sleep 1
  attempt=$((attempt + 1))
done
`,
};

/** All kinds, by name. */
export const coordinators: Readonly<Record<CoordinatorKind, Coordinator>> = { zk, etcd };

/** Write the URL of a coordinator: text, or a function of Heat. */
export function coordinatorUrl(kind: CoordinatorKind, address: Data, password?: Data): Data {
  const user: readonly Data[] = password === undefined ? [] : [`${coordinatorUser}:`, password, '@'];
  return { list_join: ['', [`${kind}://`, ...user, address, `:${coordinators[kind].port}/${root}`]] };
}
