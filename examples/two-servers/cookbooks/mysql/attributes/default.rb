default['mysql']['port'] = 3306
default['mysql']['database'] = 'test'
default['mysql']['allow_from'] = '127.0.0.1'
default['mysql']['root_password'] = ''
