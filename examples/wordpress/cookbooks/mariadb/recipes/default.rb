require 'securerandom'

package 'mariadb-server' do
  only_if { node['mariadb']['install'] }
end

directory '/etc/mysql/mariadb.conf.d' do
  recursive true
end

template '/etc/mysql/mariadb.conf.d/60-server.cnf' do
  source 'server.cnf.erb'
  mode '0644'
  notifies :restart, 'service[mariadb]'
end

ruby_block 'make up the password of the site' do
  block { node.normal['mariadb']['password'] = SecureRandom.alphanumeric(32) }
  only_if { node['mariadb']['password'].nil? }
end

template '/etc/mysql/site.sql' do
  source 'site.sql.erb'
  mode '0600'
  sensitive true
  notifies :run, 'execute[let the site in]'
end

execute 'let the site in' do
  command 'mariadb < /etc/mysql/site.sql'
  action :nothing
  only_if { node['mariadb']['install'] }
end

service 'mariadb' do
  action :nothing
  only_if { node['mariadb']['install'] }
end
