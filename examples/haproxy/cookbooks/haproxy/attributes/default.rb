default['haproxy']['port'] = 80
default['haproxy']['balance'] = 'roundrobin'

# Name of each server => { 'address' => ..., 'port' => ... }
default['haproxy']['members'] = {}
