default['mariadb']['install'] = true
default['mariadb']['listen'] = '127.0.0.1'
default['mariadb']['port'] = 3306
default['mariadb']['database'] = 'test'
default['mariadb']['user'] = 'test'
default['mariadb']['client'] = 'localhost'
default['mariadb']['buffer_pool'] = '256M'
