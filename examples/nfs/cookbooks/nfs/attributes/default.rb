# The server: what it shares, how, and with which addresses.
default['nfs']['share'] = '/srv/share'
default['nfs']['options'] = %w(rw sync no_subtree_check)
default['nfs']['clients'] = []

# What the server has exported; set by the recipe once the kernel has taken it.
default['nfs']['exported'] = nil

# The client: whose folder it mounts, and where.
default['nfs']['server'] = 'localhost'
default['nfs']['path'] = '/srv/share'
default['nfs']['mount_point'] = '/mnt/share'
