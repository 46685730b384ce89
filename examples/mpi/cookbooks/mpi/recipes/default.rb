home = '/var/lib/mpi'

user 'mpi' do
  system true
  home home
  shell '/bin/bash'
  # To look at a user who is there, Chef needs ruby-shadow, which a Chef from RubyGems does not bring along.
  not_if 'id mpi'
end

[home, "#{home}/.ssh"].each do |folder|
  directory folder do
    owner 'mpi'
    group 'mpi'
    mode '0700'
  end
end

execute 'ssh-keygen' do
  command ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', "mpi@#{node['hostname']}", '-f', "#{home}/.ssh/id_ed25519"]
  user 'mpi'
  group 'mpi'
  creates "#{home}/.ssh/id_ed25519"
end

ruby_block 'note what the others need to know' do
  block do
    node.default['mpi']['member'] = {
      'name' => node['hostname'],
      'address' => node['ipaddress'],
      'host_key' => "ssh-ed25519 #{node['keys']['ssh']['host_ed25519_public']}",
      'user_key' => File.read("#{home}/.ssh/id_ed25519.pub").chomp,
    }
  end
end

template '/etc/hosts' do
  source 'hosts.erb'
  mode '0644'
end

template '/etc/ssh/ssh_known_hosts' do
  source 'known_hosts.erb'
  mode '0644'
end

template "#{home}/.ssh/authorized_keys" do
  source 'authorized_keys.erb'
  owner 'mpi'
  group 'mpi'
  mode '0600'
end

directory '/etc/mpi'

template '/etc/mpi/hostfile' do
  source 'hostfile.erb'
  mode '0644'
end

file '/etc/mpi/cluster.key' do
  content lazy { node['mpi']['cluster_key'] }
  owner 'mpi'
  group 'mpi'
  mode '0400'
  sensitive true
end

cookbook_file '/usr/local/bin/ring' do
  mode '0755'
end
