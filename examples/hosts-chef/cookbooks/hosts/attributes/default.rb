default['hosts']['domain'] = 'localdomain'

# Name of each machine, this one among them => its address
default['hosts']['machines'] = {}
