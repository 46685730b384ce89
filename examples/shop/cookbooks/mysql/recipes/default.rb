require 'securerandom'

node.default['mysql']['port'] = 3306 + node['mysql']['instance']

directory '/etc/shop-db'

directory node['mysql']['data_dir'] do
  mode '0700'
  recursive true
end

template '/etc/shop-db/server.cnf' do
  source 'server.cnf.erb'
  mode '0644'
end

ruby_block 'generate the root password' do
  block { node.normal['mysql']['root_password'] = SecureRandom.alphanumeric(24) }
  only_if { node['mysql']['root_password'].nil? }
end

template '/etc/shop-db/root.cnf' do
  source 'root.cnf.erb'
  mode '0600'
  sensitive true
end

template '/etc/shop-db/allow.conf' do
  source 'allow.conf.erb'
  mode '0644'
end

mysql_grants '/etc/shop-db/grants.sql' do
  database 'shop'
  clients lazy { node['mysql']['clients'] }
end
