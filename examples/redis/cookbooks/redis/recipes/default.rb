directory '/etc/redis'

node['redis']['servers'].each do |server|
  template "/etc/redis/redis-#{server['port']}.conf" do
    source 'redis.conf.erb'
    mode '0640'
    variables(address: node['ipaddress'], settings: node['redis']['settings'].merge(server))
  end
end
