default['wordpress']['install'] = true
default['wordpress']['title'] = 'A site'
default['wordpress']['root'] = '/usr/share/wordpress'
default['wordpress']['salt'] = ''
default['wordpress']['db']['host'] = 'localhost:3306'
default['wordpress']['db']['name'] = 'test'
default['wordpress']['db']['user'] = 'test'
default['wordpress']['db']['password'] = ''
