node.default['app']['backend'] = "#{node['ipaddress']}:#{node['app']['port']}"

directory '/etc/app'

template '/etc/app/server.conf' do
  source 'server.conf.erb'
  mode '0644'
end

template '/etc/app/secrets.env' do
  source 'secrets.env.erb'
  mode '0600'
  sensitive true
end
