node.default['wordpress']['url'] = "http://#{node['ipaddress']}/"

package %w(apache2 libapache2-mod-php php-mysql wordpress) do
  only_if { node['wordpress']['install'] }
end

directory '/etc/apache2/sites-available' do
  recursive true
end

directory '/etc/apache2/sites-enabled'

template '/etc/apache2/sites-available/wordpress.conf' do
  source 'site.conf.erb'
  mode '0644'
  notifies :reload, 'service[apache2]'
end

link '/etc/apache2/sites-enabled/000-default.conf' do
  to '../sites-available/wordpress.conf'
end

directory '/etc/wordpress'

template "/etc/wordpress/config-#{node['ipaddress']}.php" do
  source 'config.php.erb'
  mode '0640'
  group 'www-data'
  sensitive true
end

service 'apache2' do
  action :nothing
  only_if { node['wordpress']['install'] }
end
