require 'securerandom'

secret = '/etc/nginx/token'

directory '/etc/nginx/conf.d' do
  recursive true
end

ruby_block 'load or generate the token' do
  block { node.default['edge']['token'] = ::File.exist?(secret) ? ::File.read(secret).chomp : SecureRandom.hex(16) }
  only_if { node['edge']['token'].nil? }
end

file secret do
  content lazy { "#{node['edge']['token']}\n" }
  mode '0600'
  sensitive true
end

template '/etc/nginx/conf.d/app.conf' do
  source 'app.conf.erb'
  mode '0600'
  sensitive true
end
