members = node['haproxy']['members']

# A backend without servers answers every request with an error: then the machine itself has to do.
members = { 'localhost' => { 'address' => '127.0.0.1', 'port' => 8080 } } if members.empty?

directory '/etc/haproxy'

template '/etc/haproxy/haproxy.cfg' do
  source 'haproxy.cfg.erb'
  mode '0644'
  variables(members: members)
end
