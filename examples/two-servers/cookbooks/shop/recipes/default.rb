directory '/etc/shop'

template node['shop']['config'] do
  source 'database.yml.erb'
  mode '0600'
  sensitive true
end
