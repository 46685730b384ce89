include_recipe 'redis'

# Whom the sentinel watches: the first server of this machine, or the one that it follows.
first = node['redis']['servers'][0]
primary = first['replicaof'] || { 'address' => node['ipaddress'], 'port' => first['port'] }

template '/etc/redis/sentinel.conf' do
  source 'sentinel.conf.erb'
  mode '0640'
  variables(primary: primary)
end
