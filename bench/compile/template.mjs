/** Resources of one block of the made template. */
const blockSize = 10;

/**
 * Make a template of some kinds of resources, in blocks of ten: a network and its subnet, two ports, a password, a volume and its attachment, a database
 * server and two application servers with roles. They read one another's values, and those of the block before.
 *
 * @returns The template as data.
 */
export function makeTemplate(resourceCount) {
  const blocks = Math.ceil(resourceCount / blockSize);
  const entries = Array.from({ length: blocks }, (_, block) => blockOf(block)).flat();
  return {
    heat_template_version: '2018-08-31',
    description: 'Made for a measurement.',
    parameters: {
      image: { type: 'string', default: 'debian-12-chef' },
      flavor: { type: 'string', default: 'm1.small' },
      database: { type: 'string', default: 'shop' },
    },
    resources: Object.fromEntries(entries.slice(0, resourceCount)),
    outputs: { first: { value: { get_attr: ['db0', 'port'] } } },
  };
}

/** Servers come first, so that a template of ten resources and fewer has roles, too. */
function blockOf(block) {
  const name = (kind) => `${kind}${block}`;
  const before = block === 0 ? name('db') : `db${block - 1}`;
  return [
    [name('db'), server(name('port'), databaseRoles(name))],
    [name('web_a_'), server(name('port'), applicationRoles(name, before))],
    [name('web_b_'), server(undefined, applicationRoles(name, before))],
    [name('net'), { type: 'OS::Neutron::Net', properties: { name: name('net'), mtu: 1450 } }],
    [
      name('subnet'),
      {
        type: 'OS::Neutron::Subnet',
        properties: { network: { get_resource: name('net') }, cidr: `10.${block % 250}.0.0/24` },
      },
    ],
    [name('port'), port(name)],
    [name('spare'), port(name)],
    [name('password'), { type: 'OS::Heat::RandomString', properties: { length: 24 } }],
    [name('disk'), { type: 'OS::Cinder::Volume', properties: { size: 20, description: `data of ${name('db')}` } }],
    [
      name('attached'),
      {
        type: 'OS::Cinder::VolumeAttachment',
        properties: { volume_id: { get_resource: name('disk') }, instance_uuid: { get_resource: name('db') } },
      },
    ],
  ];
}

function port(name) {
  return {
    type: 'OS::Neutron::Port',
    properties: { network: { get_resource: name('net') }, fixed_ips: [{ subnet: { get_resource: name('subnet') } }] },
  };
}

function server(portName, roles) {
  return {
    type: 'OS::Nova::Server',
    properties: {
      image: { get_param: 'image' },
      flavor: { get_param: 'flavor' },
      networks: portName === undefined ? [{ network: 'shared' }] : [{ port: { get_resource: portName } }],
    },
    metadata: { roles },
  };
}

function databaseRoles(name) {
  return [
    {
      name: 'mysql',
      chef: { run_list: ['recipe[mysql]'] },
      inputs: {
        'mysql.database': { get_param: 'database' },
        'mysql.root_password': { get_attr: [name('password'), 'value'] },
        'mysql.allow_from': { get_attr: [name('web_a_'), 'first_address'] },
      },
      outputs: { port: 'mysql.port', socket: 'mysql.socket' },
    },
    'backup',
  ];
}

function applicationRoles(name, before) {
  return [
    {
      name: 'app',
      chef: { run_list: ['recipe[shop::app]'] },
      inputs: {
        'shop.database.url': {
          str_replace: {
            template: 'mysql://HOST:PORT/shop',
            params: { HOST: { get_attr: [name('db'), 'first_address'] }, PORT: { get_attr: [name('db'), 'port'] } },
          },
        },
        'shop.neighbour': { get_attr: [before, 'port'] },
        'shop.workers': 4,
      },
      outputs: { config: 'shop.config' },
    },
  ];
}
