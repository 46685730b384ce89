/** The example of the design, as it stands there. */
export const example = `heddle: 1
deployment: shop
store: embedded:                      # or a URL; flag and environment win
params: { region: eu }                # \${params.region}; heddle up --set region=us
deadline: 10m                         # of every wait, unless a role or an input says otherwise
nodes:
  db:
    roles:
      - name: mysql
        chef: { run_list: ["role[mysql]"], config: solo.rb, attributes: { mysql: { data_dir: "\${self.dir}/data" } } }   # the adapter's name, then what it needs
        outputs:
          host: ipaddress                                            # NAME: attribute path; here node['ipaddress'], from ohai
          port: mysql.port
          root_password: { path: mysql.server_root_password, sensitive: true }
  web:
    count: 3                            # a group; its members are the nodes web-0, web-1, web-2
    roles:
      - name: app
        chef: { run_list: ["recipe[shop::app]"], config: solo.rb }
        inputs:                         # attribute path: expression
          db.host: \${db.host}
          db.url: mysql://\${db.host}:\${db.port}/shop
          app.peers: \${web[*].ip}       # gather: a list in index order, waits for all members
          app.peer_map: { $gather: web.ip, as: map }                # {web-0: ..., web-1: ...}; atLeast: 2 waits for two
          redis.servers: [{ port: 6379, replicaof: { address: "\${web[0].ip}", port: 6379 } }]
          db.password: { $value: "\${db.root_password}", deadline: 2m, missing: wait }   # missing: wait | fail | default (with default: VALUE)
        outputs: { ip: ipaddress }
  ops:
    roles:                              # run in this order, each its own CM run
      - { name: monitor, ansible: { playbook: monitor.yml }, inputs: { web_ips: "\${web[*].ip}" } }
      - { name: smoke, command: [./smoke.sh], after: [web.app], inputs: { url: "http://\${web[0].ip}/" }, outputs: { verdict: verdict } }
`;
