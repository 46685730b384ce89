# Each web node of one host has a port of its own, counted up from this one.
default['site']['base_port'] = 8080
default['site']['instance'] = 0

# Where this web node can be reached; set by the recipe.
default['site']['listen'] = { 'address' => '127.0.0.1', 'port' => 8080 }

# Load balancers whose X-Forwarded-For is believed.
default['site']['proxies'] = ['127.0.0.1']
