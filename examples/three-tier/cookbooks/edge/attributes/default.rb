# HOST:PORT of each server of the application.
default['edge']['backends'] = ['127.0.0.1:8000']

# Sent with each request to the application. Generated at the first converge and kept in a file, unless it is given.
default['edge']['token'] = nil
