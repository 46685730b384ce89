default['app']['port'] = 8000
default['app']['workers'] = 2

# HOST:PORT of this node; set by the recipe.
default['app']['backend'] = '127.0.0.1:8000'

default['app']['database_url'] = 'postgres://app:app@localhost/app'

# What a request must carry to come from the web tier.
default['app']['edge_token'] = 'development'
