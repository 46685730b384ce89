# One tier of a service: installed, told where the tier below is, started. It knows nothing of who tells it.
name = node['tier']['name']
work = node['tier']['work']

node.default['tier']['port'] = 8000 + name.length

directory '/srv/tier'

file '/srv/tier/port' do
  content "#{node['tier']['port']}\n"
end

# What an installation takes: as many lines are packed as `work` says.
execute 'install' do
  command "{ echo #{name}; seq #{work}; } | gzip -9 | sha256sum | cut -c 1-16 >/srv/tier/version"
end

ruby_block 'take down what was installed' do
  block { node.default['tier']['version'] = ::File.read('/srv/tier/version').chomp }
end

file '/srv/tier/configuration' do
  content lazy {
    below = node['tier']['below']
    below ? "#{name} on #{below['address']}:#{below['port']}, #{below['version']}\n" : "#{name}\n"
  }
end

execute 'start' do
  command "{ cat /srv/tier/configuration; seq #{work}; } | gzip -9 | sha256sum >/srv/tier/started"
end
