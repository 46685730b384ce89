default['shop']['config'] = '/etc/shop/database.yml'
default['shop']['database']['url'] = 'mysql://127.0.0.1/test'
default['shop']['database']['password'] = ''
