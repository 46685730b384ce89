# One key for the whole cluster; a machine that has it keeps it.
ruby_block 'make the key of the cluster' do
  block do
    file = '/etc/mpi/cluster.key'
    node.default['mpi']['cluster_key'] = File.exist?(file) ? File.read(file) : "#{SecureRandom.hex(32)}\n"
  end
end
