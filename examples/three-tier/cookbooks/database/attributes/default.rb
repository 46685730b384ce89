default['database']['port'] = 5432
default['database']['name'] = 'app'

# Addresses that may connect.
default['database']['clients'] = []

# Generated at the first converge and kept in a file, unless it is given.
default['database']['password'] = nil
