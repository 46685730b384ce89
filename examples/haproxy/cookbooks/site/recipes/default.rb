node.default['site']['listen'] = {
  'address' => node['ipaddress'],
  'port' => node['site']['base_port'] + node['site']['instance'],
}

directory '/etc/nginx/conf.d' do
  recursive true
end

template '/etc/nginx/conf.d/site.conf' do
  source 'site.conf.erb'
  mode '0644'
end
