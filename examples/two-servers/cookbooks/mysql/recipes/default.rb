directory '/etc/mysql' do
  recursive true
end

template '/etc/mysql/server.cnf' do
  source 'server.cnf.erb'
end

template '/etc/mysql/grants.sql' do
  source 'grants.sql.erb'
  mode '0600'
  sensitive true
  variables(
    database: node['mysql']['database'],
    client: node['mysql']['allow_from'],
    password: node['mysql']['root_password']
  )
end
