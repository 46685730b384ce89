# Name of each group of machines => name of each machine => its address
default['hosts']['groups'] = {}
