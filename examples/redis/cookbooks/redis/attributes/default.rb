# The servers of this machine. Each has a port, and whatever else differs from the settings below; a replica also has
# 'replicaof' => { 'address' => ..., 'port' => ... }.
default['redis']['servers'] = [{ 'port' => 6379 }]

default['redis']['settings']['maxmemory'] = '64mb'
default['redis']['settings']['appendonly'] = false

default['redis']['sentinel']['port'] = 26_379
default['redis']['sentinel']['quorum'] = 2
default['redis']['sentinel']['replicas'] = []
