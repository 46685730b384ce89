directory node['nfs']['mount_point'] do
  recursive true
end

mount node['nfs']['mount_point'] do
  device "#{node['nfs']['server']}:#{node['nfs']['path']}"
  fstype 'nfs'
  options %w(rw hard _netdev)
  action [:mount, :enable]
end
