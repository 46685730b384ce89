import { script } from './workspace.ts';

/** A database that waits at the gate `gate` before it publishes its port, and two web nodes that read it. */
export const pair: Readonly<Record<string, string>> = {
  'heddle.yaml': `heddle: 1
deployment: pair
nodes:
  db:
    roles:
      - name: server
        command: [./db.sh]
        inputs: { peers: "\${web[*].ip}" }
        outputs:
          host: host
          port: port
          tags: tags
          note: note
          secret: { path: secret, sensitive: true }
          never: never
  web:
    count: 2
    roles:
      - name: app
        command: [./web.sh]
        inputs: { db.host: "\${db.host}", db.port: "\${db.port}", db.tags: "\${db.tags}", db.note: "\${db.note}", db.secret: "\${db.secret}" }
        outputs: { ip: ip }
`,
  'note.txt': 'ä line\nanother "line"\n',
  'db.sh': script(
    'heddle set host=10.0.0.5 \'tags:={"a":[1,null,true],"b":"x"}\' secret=hunter22 note=@note.txt',
    'read line < gate',
    'heddle set port:=3306',
    'heddle get peers > peers.json',
  ),
  'web.sh': script(
    'heddle set "ip=10.0.1.${HEDDLE_NODE#web-}"',
    'for input in host port tags note secret; do heddle get db.$input > $HEDDLE_NODE.$input; done',
    'heddle get db.note -o json > $HEDDLE_NODE.note.json',
  ),
};
