node.default['shop']['backend'] = "#{node['ipaddress']}:#{node['shop']['port']}"

directory '/etc/shop'

template '/etc/shop/app.conf' do
  source 'app.conf.erb'
  mode '0644'
end

template '/etc/shop/peers.conf' do
  source 'peers.conf.erb'
  mode '0644'
  variables(lazy { { others: node['shop']['peer_map'].reject { |name, _| name == node['shop']['name'] } } })
end

template '/etc/shop/database.yml' do
  source 'database.yml.erb'
  mode '0600'
  sensitive true
  variables(db: node['shop']['db'])
end
