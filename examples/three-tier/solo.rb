# An ordinary chef-solo configuration; Heddle starts chef-solo with it as it is.
cookbook_path File.expand_path('cookbooks', __dir__)

# Chef saves a node's attributes at the end of a run; secrets stay out of what it saves.
blocked_default_attributes [%w(database password), %w(edge token)]
