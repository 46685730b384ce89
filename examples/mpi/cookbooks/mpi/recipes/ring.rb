# Run the program on all machines.
ruby_block 'start the ring' do
  block do
    command = 'mpirun --hostfile /etc/mpi/hostfile /usr/local/bin/ring'
    home = '/var/lib/mpi'
    ring = shell_out!(command, user: 'mpi', group: 'mpi', cwd: home, environment: { 'HOME' => home })
    node.default['mpi']['ring'] = ring.stdout.chomp
  end
end
