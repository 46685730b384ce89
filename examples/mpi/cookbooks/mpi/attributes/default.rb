# What the others need to know of this machine: name, address, host_key and user_key. Set by the recipe once the keys exist.
default['mpi']['member'] = {}

# The same of the machine that starts programs, and of all others.
default['mpi']['head'] = {}
default['mpi']['workers'] = []

# The key of the cluster; the head's recipe makes one.
default['mpi']['cluster_key'] = nil

# What the program said.
default['mpi']['ring'] = nil
