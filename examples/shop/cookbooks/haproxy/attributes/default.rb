# HOST:PORT of each backend, in the order in which they are written.
default['haproxy']['backends'] = ['127.0.0.1:3000']

# Where visitors reach the site.
default['haproxy']['url'] = 'http://localhost/'
