node.default['haproxy']['url'] = "http://#{node['ipaddress']}/"

directory '/etc/haproxy'

template '/etc/haproxy/haproxy.cfg' do
  source 'haproxy.cfg.erb'
  mode '0644'
  variables(backends: node['haproxy']['backends'])
end
