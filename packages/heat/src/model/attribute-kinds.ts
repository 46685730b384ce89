import { table } from '../read/table.ts';

// Written by scripts/gen-attributes.py from Heat 19; do not edit.
// biome-ignore format: one line a type
const kinds = table({
  'OS::Barbican::CertificateContainer': 'consumers:List secret_refs:Map show:Map',
  'OS::Barbican::GenericContainer': 'consumers:List secret_refs:Map show:Map',
  'OS::Barbican::RSAContainer': 'consumers:List secret_refs:Map show:Map',
  'OS::Blazar::Host': 'cpu_info:Map extra_capability:Map hypervisor_version:Integer local_gb:Integer memory_mb:Integer reservable:Boolean show:Map vcpus:Integer',
  'OS::Blazar::Lease': 'degraded:Boolean events:List reservations:List show:Map',
  'OS::Cinder::Volume': 'attachments_list:List metadata_values:Map multiattach:Boolean show:Map',
  'OS::Heat::AutoScalingGroup': 'current_size:Integer outputs:Map outputs_list:List refs:List refs_map:Map show:Map',
  'OS::Heat::DeployedServer': 'os_collect_config:Map show:Map',
  'OS::Heat::ResourceChain': 'attributes:Map refs:List show:Map',
  'OS::Heat::ResourceGroup': 'attributes:Map refs:List refs_map:Map removed_rsrc_list:List show:Map',
  'OS::Heat::SoftwareDeploymentGroup': 'deploy_status_codes:Map deploy_stderrs:Map deploy_stdouts:Map show:Map',
  'OS::Heat::Stack': 'outputs:Map show:Map',
  'OS::Heat::StructuredDeploymentGroup': 'deploy_status_codes:Map deploy_stderrs:Map deploy_stdouts:Map show:Map',
  'OS::Ironic::Port': 'extra:Map internal_info:Map is_smartnic:Boolean local_link_connection:Map pxe_enabled:Boolean show:Map',
  'OS::Keystone::Project': 'enabled:Boolean is_domain:Boolean show:Map',
  'OS::Keystone::User': 'enabled:Boolean show:Map',
  'OS::Magnum::Cluster': 'create_timeout:Integer master_addresses:List master_count:Integer node_addresses:List node_count:Integer show:Map',
  'OS::Manila::Share': 'export_locations:List show:Map',
  'OS::Mistral::CronTrigger': 'remaining_executions:Integer show:Map',
  'OS::Mistral::ExternalResource': 'output:Map show:Map',
  'OS::Mistral::Workflow': 'data:Map executions:List show:Map',
  'OS::Neutron::FirewallPolicy': 'firewall_rules:List show:Map',
  'OS::Neutron::IKEPolicy': 'lifetime:Map show:Map',
  'OS::Neutron::IPsecPolicy': 'lifetime:Map show:Map',
  'OS::Neutron::IPsecSiteConnection': 'dpd:Map peer_cidrs:List show:Map',
  'OS::Neutron::LBaaS::HealthMonitor': 'pools:List show:Map',
  'OS::Neutron::LBaaS::L7Policy': 'rules:List show:Map',
  'OS::Neutron::LBaaS::Listener': 'loadbalancers:List show:Map',
  'OS::Neutron::LBaaS::LoadBalancer': 'pools:List show:Map',
  'OS::Neutron::LBaaS::Pool': 'members:List show:Map',
  'OS::Neutron::Net': 'l2_adjacency:Boolean mtu:Integer port_security_enabled:Boolean segments:List show:Map subnets:List',
  'OS::Neutron::Port': 'allowed_address_pairs:List dns_assignment:Map fixed_ips:List network:Map port_security_enabled:Boolean propagate_uplink_status:Boolean security_groups:List show:Map subnets:List',
  'OS::Neutron::ProviderNet': 'segments:List show:Map subnets:List',
  'OS::Neutron::QoSPolicy': 'rules:List show:Map',
  'OS::Neutron::Router': 'external_gateway_info:Map show:Map',
  'OS::Neutron::Subnet': 'allocation_pools:List dns_nameservers:List host_routes:List show:Map',
  'OS::Nova::Flavor': 'extra_specs:Map is_public:Boolean show:Map',
  'OS::Nova::Server': 'addresses:Map console_urls:Map networks:Map os_collect_config:Map show:Map tags:List',
  'OS::Octavia::HealthMonitor': 'pools:List show:Map',
  'OS::Octavia::L7Policy': 'rules:List show:Map',
  'OS::Octavia::Listener': 'loadbalancers:List show:Map',
  'OS::Octavia::LoadBalancer': 'pools:List show:Map',
  'OS::Octavia::Pool': 'members:List show:Map',
  'OS::Sahara::Cluster': 'info:Map show:Map',
  'OS::Sahara::Job': 'executions:List show:Map',
  'OS::Senlin::Cluster': 'collect:List desired_capacity:Integer max_size:Integer metadata:Map min_size:Integer nodes:List policies:List show:Map',
  'OS::Senlin::Node': 'details:Map show:Map',
  'OS::Senlin::Receiver': 'channel:Map show:Map',
  'OS::Swift::Container': 'BytesUsed:Integer HeadContainer:Map ObjectCount:Integer show:Map',
  'OS::Trove::Cluster': 'instances:List ip:List show:Map',
  'OS::Zun::Container': 'addresses:Map show:Map',
});

/** What an attribute of a resource is in Heat; undefined for a map or a list, which no text can carry. What Heat does not tell is taken for text. */
export function kindOfAttribute(type: string, attribute: string): 'text' | 'number' | 'boolean' | undefined {
  if (attribute === 'show') return undefined;
  const found = Object.hasOwn(kinds, type) ? kinds[type]?.split(' ') : undefined;
  const kind = found?.find((one) => one.startsWith(`${attribute}:`))?.slice(attribute.length + 1);
  if (kind === undefined) return 'text';
  return kind === 'Integer' ? 'number' : kind === 'Boolean' ? 'boolean' : undefined;
}
