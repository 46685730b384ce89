secret = '/etc/database/password'

directory '/etc/database' do
  mode '0755'
end

execute 'generate the password' do
  command "openssl rand -hex 16 > #{secret}"
  umask '0077'
  creates secret
  only_if { node['database']['password'].nil? }
end

ruby_block 'load the password' do
  block { node.default['database']['password'] = ::File.read(secret).chomp }
  only_if { node['database']['password'].nil? }
end

file secret do
  content lazy { "#{node['database']['password']}\n" }
  mode '0600'
  sensitive true
end

template '/etc/database/pg_hba.conf' do
  source 'pg_hba.conf.erb'
  mode '0640'
end

template '/etc/database/users.sql' do
  source 'users.sql.erb'
  mode '0600'
  sensitive true
end
