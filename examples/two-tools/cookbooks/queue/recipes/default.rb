node.default['queue']['url'] = 'amqp://192.0.2.10:5672/jobs'

file "#{node['queue']['dir']}/queue.conf" do
  content "url = #{node['queue']['url']}\nallow = #{node['queue']['client']}\n"
end
