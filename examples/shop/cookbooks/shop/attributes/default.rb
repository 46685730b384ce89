default['shop']['name'] = 'localhost'
default['shop']['region'] = 'nowhere'
default['shop']['port'] = 3000

# Where this web node can be reached, for a load balancer.
default['shop']['backend'] = '127.0.0.1:3000'

default['shop']['db']['host'] = '127.0.0.1'
default['shop']['db']['port'] = 3306
default['shop']['db']['password'] = 'secret'
default['shop']['db']['url'] = 'mysql://127.0.0.1:3306/test'

# The web nodes, this one among them: their addresses, and the same by name.
default['shop']['peers'] = []
default['shop']['peer_map'] = {}

# Session caches, in order of preference: [{ 'address' => ..., 'port' => ... }]
default['shop']['caches'] = []
