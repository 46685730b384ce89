# The name of the cluster that the server belongs to.
default['mysql']['cluster'] = 'unnamed'

# One machine may run several servers: each has its own data directory, and a port counted up from 3306.
default['mysql']['instance'] = 0
default['mysql']['data_dir'] = '/var/lib/mysql'
default['mysql']['port'] = 3306

# Addresses that may connect, and the clients that get access to the shop's tables (name => address).
default['mysql']['allow'] = ['127.0.0.1']
default['mysql']['clients'] = {}

# Generated at the first converge, unless it is given.
default['mysql']['root_password'] = nil
