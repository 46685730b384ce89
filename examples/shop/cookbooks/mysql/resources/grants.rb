unified_mode true
provides :mysql_grants

property :path, String, name_property: true
property :database, String, required: true
property :clients, Hash, required: true, description: 'Name of each client => its address'

action :create do
  statements = new_resource.clients.map do |name, address|
    "GRANT ALL ON #{new_resource.database}.* TO 'shop'@'#{address}'; -- #{name}\n"
  end

  file new_resource.path do
    content statements.join
    mode '0600'
  end
end
