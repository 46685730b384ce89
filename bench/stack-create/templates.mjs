const version = '2018-08-31';
const machine = { image: 'debian-12-chef', flavor: 'm1.small' };
/** Seconds that Heat waits for a machine: only a hang reaches it. */
const timeout = 900;

/** Write the template with roles, whose servers each read from the one before: an address, and what its role publishes. */
export function enrichedTemplate({ servers, work }) {
  const resources = servers.map((tier, index) => {
    const below = index === 0 ? undefined : servers[index - 1];
    const role = {
      name: 'tier',
      chef: { run_list: ['recipe[tier]'], config: 'solo.rb' },
      inputs: {
        'tier.name': tier,
        'tier.work': work,
        ...(below !== undefined && {
          'tier.below.address': { get_attr: [below, 'first_address'] },
          'tier.below.port': { get_attr: [below, 'port'] },
          'tier.below.version': { get_attr: [below, 'version'] },
        }),
      },
      outputs: { port: 'tier.port', version: 'tier.version' },
    };
    return [tier, { type: 'OS::Nova::Server', properties: machine, metadata: { roles: [role] } }];
  });
  return template(resources);
}

/**
 * Write what people write for the same machines without Heddle: each server depends on the wait condition of the one before, gets its address and the data of its
 * signal from Heat, hands them to chef-solo as attributes and signals in its turn.
 */
export function serialTemplate({ servers, work, contentUrl }) {
  const resources = servers.flatMap((tier, index) => {
    const below = index === 0 ? undefined : servers[index - 1];
    const params = {
      '@signal@': { get_attr: [`${tier}_handle`, 'curl_cli'] },
      ...(below !== undefined && {
        '@address@': { get_attr: [below, 'first_address'] },
        '@told@': { get_attr: [`${below}_wait`, 'data'] },
      }),
    };
    const userData = { str_replace: { template: script({ tier, below, work, contentUrl }), params } };
    const properties = { ...machine, user_data_format: 'RAW', user_data: userData };
    const dependsOn = below === undefined ? {} : { depends_on: `${below}_wait` };
    return [
      [`${tier}_handle`, { type: 'OS::Heat::WaitConditionHandle' }],
      [tier, { type: 'OS::Nova::Server', ...dependsOn, properties }],
      [
        `${tier}_wait`,
        {
          type: 'OS::Heat::WaitCondition',
          depends_on: tier,
          properties: { handle: { get_resource: `${tier}_handle` }, timeout, count: 1 },
        },
      ],
    ];
  });
  return template(resources);
}

function template(resources) {
  return JSON.stringify({ heat_template_version: version, resources: Object.fromEntries(resources) }, undefined, 2);
}

/** The data of a signal are `PORT VERSION`, and Heat tells `{"TIER": "PORT VERSION"}` of them. */
function script({ tier, below, work, contentUrl }) {
  const own = { name: tier, work };
  const attributes = {
    run_list: ['recipe[tier]'],
    tier: below === undefined ? own : { ...own, below: { address: '@address@', port: '$2', version: '$3' } },
  };
  return `#!/bin/sh
export CHEF_LICENSE=accept-silent
${below === undefined ? '' : `set -- $(echo '@told@' | tr -d '{}":,')\n`}mkdir -p /opt/site
cat >/opt/site/node.json <<END
${JSON.stringify(attributes)}
END
curl -fsS '${contentUrl}' | tar -xz -C /opt/site &&
  chef-solo --config /opt/site/solo.rb --json-attributes /opt/site/node.json &&
  status=SUCCESS || status=FAILURE
data="$(cat /srv/tier/port) $(cat /srv/tier/version)"
@signal@ --data-binary "{\\"status\\": \\"$status\\", \\"id\\": \\"${tier}\\", \\"data\\": \\"$data\\"}"
`;
}
