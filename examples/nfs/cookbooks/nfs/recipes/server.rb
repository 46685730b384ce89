directory node['nfs']['share'] do
  recursive true
end

template '/etc/exports' do
  source 'exports.erb'
  mode '0644'
  notifies :run, 'execute[exportfs -ra]', :immediately
end

execute 'exportfs -ra' do
  action :nothing
end

ruby_block 'note what is exported' do
  block { node.default['nfs']['exported'] = node['nfs']['share'] }
end
