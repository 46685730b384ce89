# An ordinary chef-solo configuration; Heddle starts chef-solo with it as it is.
cookbook_path File.expand_path('cookbooks', __dir__)
