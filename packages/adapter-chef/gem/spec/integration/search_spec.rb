# frozen_string_literal: true

# What `search(:node, ...)` finds and waits for, in many forms in each run of the real chef-solo.
RSpec.describe "search" do
  def told(*run_list, **attributes)
    [{ "name" => "app", "adapter" => "chef", "options" => [{ "run_list" => run_list, "attributes" => attributes }] }]
  end

  def output(role, *path, sensitive: false)
    { "role" => role, "path" => path, "sensitive" => sensitive }
  end

  facts = { "chef_facts" => { "role" => "app", "path" => ["chef_facts"], "sensitive" => false } }.freeze

  let(:peers) do
    [
      { "name" => "db", "count" => nil, "roles" => told("role[database]", mysql: { data_dir: "/srv" }),
        "outputs" => { **facts, "port" => output("app", "mysql", "port"), "version" => output("app", "mysql", "version"),
                       "password" => output("app", "mysql", "password", sensitive: true),
                       "release" => output("app", "kernel", "release", sensitive: true) } },
      { "name" => "web", "count" => 3, "roles" => told("role[web]", "recipe[shop::app]"),
        "outputs" => { **facts, "late" => output("app", "app", "late") } },
      { "name" => "cache", "count" => nil, "outputs" => { "ip" => output("redis", "redis_ip"), "facts" => output("redis", "ansible_facts") } }
    ]
  end

  let(:roles) do
    {
      "/roles/web.json" => JSON.generate(name: "web", chef_type: "role", json_class: "Chef::Role", run_list: ["role[base]"],
        default_attributes: { app: { pool: 4 } }),
      "/roles/base.rb" => "name 'base'\nrun_list 'recipe[shop::base]'\noverride_attributes 'app' => { 'user' => 'www' }\n",
      "/roles/database.rb" => "name 'database'\nrun_list 'recipe[shop::db]'\n"
    }
  end

  def document(number, **more)
    { "chef_environment" => "prod", "fqdn" => "web-#{number}.example", "ipaddress" => "10.0.0.#{number}",
      "platform" => "debian", "kernel" => { "machine" => "x86_64" }, **more }
  end

  let(:denied) { { error: { code: "denied", message: "denied: sensitive", exitCode: 25 }, status: 403 } }

  let(:values) do
    { %w[web-1 chef_facts] => document(1), %w[web-2 chef_facts] => document(2, "cloud" => { "local_ipv4" => "192.168.0.2" }),
      %w[db chef_facts] => document(9, "chef_environment" => "test"), %w[db port] => 3306, %w[db version] => "8.0.39",
      %w[db password] => denied, %w[db release] => denied,
      %w[cache ip] => "10.0.1.1", %w[cache facts] => {}, %w[web-1 late] => :absent, %w[web-2 late] => :absent }
  end

  # The run is that of web-0.
  def converge(recipe, values: self.values, peers: self.peers, args: [], config: "", **options)
    @agent = FakeAgent.new(peers: peers, peer_values: values, **options)
    @run = ChefRun.new({ "shop/recipes/app.rb" => recipe, "shop/recipes/base.rb" => "", **roles },
      run_list: ["role[web]", "recipe[shop::app]"], user_config: "environment 'prod'\n#{config}")
    edit_environment
    @result = block_given? ? @run.start(agent: @agent, args: args) { yield } : @run.call(agent: @agent, args: args)
  end

  def edit_environment
    @run.edit("/environments/prod.json", JSON.generate(name: "prod", chef_type: "environment", json_class: "Chef::Environment"))
    @run.edit("/user.rb", "#{@run.read("user.rb")}environment_path #{@run.path("environments").dump}\n")
  end

  def said
    expect(@result.exit_code).to eq(0), @result.output
    @run.said.transform_values(&:value)
  end

  after do
    @agent&.stop
    @run&.clean
  end

  it "finds the planned nodes that match, in the order of the plan, by what the plan says alone" do
    converge(<<~'RUBY', values: {})
      names = ->(query) { search(:node, query).map(&:name) }
      say(:role) { names['role:web'] }
      say(:roles) { names['roles:base'] }
      say(:top_only) { names['role:base'] }
      say(:recipe) { names['recipes:shop\:\:db'] }
      say(:recipe_top) { names['recipe:shop\:\:app'] }
      say(:run_list) { names['run_list:role\[database\]'] }
      say(:name) { names['name:web-2 OR name:db'] }
      say(:wildcard) { names['name:web-*'] }
      say(:negated) { names['role:web AND NOT name:web-1'] }
      say(:static) { names['mysql_data_dir:*srv*'] }
      say(:role_default) { names['app_pool:4 AND app_user:www'] }
      say(:all) { names['*:*'] }
      say(:nobody) { names['role:nobody'] }
      say(:default_query) { search(:node).map(&:name) }
      say(:string_type) { search('node', 'role:database').map(&:name) }
      say(:other_tool) { names['name:cache'] }
      say(:refused) { ['app_pool:[1 TO 9]', 'role:(web'].map { |query| search(:node, query) rescue $!.class.name } }
      say(:own) { search(:node, 'role:web').first.equal?(node) }
      say(:class) { search(:node, 'role:database').first.class.name }
      db = search(:node, 'role:database').first
      say(:static_value) { db['mysql']['data_dir'] }
      say(:db_run_list) { db.run_list.map(&:to_s) }
      say(:db_roles) { [db['roles'], db['recipes'], db.role?('database'), db.recipe?('shop::db'), db['name'], db.to_s] }
      say(:web_default) { search(:node, 'name:web-1').first['app'].values_at('pool', 'user') }
      say(:known) { [db.attribute?('mysql'), db['mysql'].key?('port'), db['mysql'].key?('nothing'), db.attribute?('nothing')] }
    RUBY
    web = %w[web-0 web-1 web-2]
    expect(said).to eq(
      "role" => web, "roles" => web, "top_only" => [], "recipe" => %w[db], "recipe_top" => web, "run_list" => %w[db],
      "name" => %w[db web-2], "wildcard" => web, "negated" => %w[web-0 web-2], "static" => %w[db], "role_default" => web,
      "all" => ["db", *web, "cache"], "nobody" => [], "default_query" => ["db", *web, "cache"], "string_type" => %w[db],
      "other_tool" => %w[cache], "refused" => ["Chef::Exceptions::InvalidSearchQuery"] * 2, "own" => true, "class" => "Chef::Node", "static_value" => "/srv",
      "db_run_list" => ["role[database]"],
      "db_roles" => [%w[database], %w[shop::db], true, true, "db", "node[db]"],
      "web_default" => [4, "www"], "known" => [true, true, false, false]
    )
    expect(@agent.awaits).to eq({})
  end

  it "gives real values in every form, and asks for each that is used once, and for no other" do
    converge(<<~'RUBY')
      webs = search(:node, 'role:web AND chef_environment:prod AND NOT name:web-0')
      say(:addresses) { webs.map { |n| n['ipaddress'] } }
      say(:again) { search(:node, 'name:web-1').first[:ipaddress] }
      say(:several) { [webs.first['kernel'].slice('machine').to_h, webs.first['kernel'].fetch_values('machine')] }
      say(:lacking_several) { [webs.first['kernel'].slice('machine', 'release').to_h, (webs.first['kernel'].fetch_values('release') rescue $!.class.name)] }
      say(:nested) { webs.first['kernel']['machine'] }
      say(:dig) { [webs.first.read('kernel', 'machine'), webs.first.dig('kernel', 'machine'), webs.first['kernel'].fetch('machine')] }
      say(:environment) { webs.first.chef_environment }
      say(:cloud) { webs.map { |n| n.attribute?('cloud') ? n['cloud']['local_ipv4'] : n['ipaddress'] } }
      say(:lacking) { webs.first['macaddress'] }
      say(:filter) { search(:node, 'name:web-*', filter_result: { 'ip' => ['ipaddress'], :m => %w[kernel machine], 'n' => ['name'], 'e' => [] }).last }
      say(:query_output) { search(:node, 'mysql_version:8*').map(&:name) }
      db = search(:node, 'role:database').first
      say(:port) { db['mysql']['port'] + 1 }
      say(:filter_output) { search(:node, 'role:database', filter_result: { p: %w[mysql port], d: %w[mysql data_dir], r: ['role'] }) }
      say(:other_environment) { search(:node, 'role:database AND chef_environment:prod') }
      say(:whole) { [db.to_hash, db.map { |key, value| [key, value] }.to_h, JSON.parse(db.attributes.to_h.to_json)].map { |all| all['mysql'] }.uniq }
      say(:keys) { db.keys.sort }
      say(:no_method) { db.nothing rescue [$!.class.name, $!.message.include?('3306')] }
      say(:cache) { search(:node, 'name:cache').map { |n| [n['redis_ip'], n['ip']] } }
      blocked = []
      search(:node, 'role:web', start: 1, rows: 1) { |n| blocked << n.name }
      say(:block) { blocked }
      say(:query_class) { Chef::Search::Query.new.search(:node, 'role:web', start: 1).then { |rows, start, total| [rows.map(&:name), start, total] } }
      say(:positional) { Chef::Search::Query.new.search(:node, 'role:web', 0, 2).first.map(&:name) }
      file('late') { path ::File.join(::File.dirname(ENV['SAID']), 'late'); content lazy { search(:node, 'name:web-2').first['fqdn'] } }
    RUBY
    expect(said).to eq(
      "addresses" => %w[10.0.0.1 10.0.0.2], "again" => "10.0.0.1", "several" => [{ "machine" => "x86_64" }, %w[x86_64]],
      "lacking_several" => [{ "machine" => "x86_64" }, "KeyError"], "nested" => "x86_64", "dig" => %w[x86_64] * 3,
      "environment" => "prod", "cloud" => %w[10.0.0.1 192.168.0.2], "lacking" => nil,
      "filter" => { "ip" => "10.0.0.2", "m" => "x86_64", "n" => "web-2", "e" => nil },
      "query_output" => %w[db], "port" => 3307, "filter_output" => [{ "p" => 3306, "d" => "/srv", "r" => %w[database] }],
      "whole" => [{ "data_dir" => "/srv", "port" => 3306, "version" => "8.0.39" }], "no_method" => ["NoMethodError", false],
      "keys" => %w[chef_environment expanded_run_list fqdn ipaddress kernel mysql name platform recipes roles],
      "other_environment" => [], "cache" => [%w[10.0.1.1 10.0.1.1]], "block" => %w[web-1 web-2],
      "query_class" => [%w[web-1 web-2], 1, 3], "positional" => %w[web-0 web-1]
    )
    expect(@run.read("late")).to eq("web-2.example")
    asked = %w[web-1.chef_facts web-2.chef_facts db.chef_facts db.version db.port cache.ip]
    expect(@agent.awaits.keys).to match_array(asked)
    expect(@agent.requests.count { |r| r.route == "await" }).to eq(asked.size)
    expect(@agent.awaits["db.port"]).to eq("shop/recipes/app.rb:14")
  end

  it "publishes what was written before it waits, and goes on when the value is there" do
    recipe = <<~'RUBY'
      node.default['x']['v'] = 1
      say(:late) { search(:node, 'name:web-1').first['app']['late'] }
    RUBY
    converge(recipe, outputs: { "x" => %w[x v] }) do
      @agent.wait_for { |r| r.route == "await" && r.body["output"] == "late" && r.body.fetch("wait", true) }
      expect(@agent.reports("x").map { |report| report["value"] }).to eq([1])
      @agent.provide(%w[web-1 late], "now")
    end
    expect(said).to eq("late" => "now")
  end

  it "publishes the node's own facts before anything can wait" do
    converge("say(:ip) { search(:node, 'name:web-1').first['ipaddress'] }", outputs: { "chef_facts" => %w[chef_facts] })
    said
    report = @agent.reports("chef_facts")
    expect(report.size).to eq(1)
    expect(report.first["origin"]).to eq("automatic")
    expect(report.first["value"]).to include("chef_environment" => "prod", "hostname" => String, "platform" => String)
    order = @agent.requests.map(&:route)
    expect(order.index("publish")).to be < order.index("await")
    nodes = Dir.glob(@run.path("**/*.json")).reject { |file| file.end_with?("run.json") }
    expect(nodes.map { |file| File.read(file) }).to all(satisfy { |text| !text.include?("chef_facts") })
  end

  [
    ["an attribute that nobody declares", "search(:node, 'name:db').first['mysql']['socket'] rescue 'wrong'",
     "[not-declared] the attribute mysql.socket of db is no declared output, and the plan does not have it (shop/recipes/app.rb:1)",
     'try: declare it under "outputs:" of a role of db, for example socket: mysql.socket; then run heddle up again'],
    ["an attribute that is nearly one that is declared", "search(:node, 'name:db').first['mysql']['prt']",
     'and the plan does not have it; did you mean "mysql.port"? (shop/recipes/app.rb:1)'],
    ["one whose branch is nearly one of which something is declared", "search(:node, 'name:db').each { |n| n['mysqld']['port'].to_i }",
     'the attribute mysqld of db is no declared output, and the plan does not have it; did you mean "mysql.port"?'],
    ["a branch of which nobody declares anything", "search(:node, 'name:db').each { |n| n['jobs'][:'threads'].to_i }",
     "the attribute jobs of db", "for example threads: jobs.threads"],
    ["a top-level attribute that nobody declares", "search(:node, 'name:db').first['filesystem']", "the attribute filesystem of db"],
    ["a fact outside the document", "search(:node, 'name:db').first['kernel'].fetch('modules', {})", "the attribute kernel.modules of db"],
    ["a path in a filter that nobody declares", "search(:node, 'name:db', filter_result: { s: %w[mysql socket] })", "the attribute mysql.socket of db"],
    ["a slice of what nobody declares", "search(:node, 'name:db').first['mysql'].slice('port', 'socket')", "the attribute mysql.socket of db"],
    ["several values of which nobody declares one", "search(:node, 'name:db').first['mysql'].fetch_values('port', 'socket') rescue []",
     "the attribute mysql.socket of db"],
    ["a sensitive output at the path of a fact", "search(:node, 'name:db').first['kernel']['release']", "[denied] denied: sensitive"],
    ["a fact of a node of another tool", "search(:node, 'name:cache').first['platform']", "the attribute platform of cache"],
    ["a field of a query that no node knows", "search(:node, 'role:web OR mysql_versoin:8*')",
     "[not-declared] search(:node, 'role:web OR mysql_versoin:8*') (shop/recipes/app.rb:1) asks for mysql_versoin, which no node"],
    ["a sensitive output", "search(:node, 'name:db').first['mysql']['password']", "[denied] denied: sensitive"]
  ].each do |what, recipe, *texts|
    it "ends the run at #{what}" do
      converge(recipe)
      expect(@result.exit_code).to eq(1), @result.output
      expect(@result.output).to include(*texts)
    end
  end

  it "says at which line a lazy property read what nobody declares, not where its resource stands" do
    converge("db = search(:node, 'name:db').first\nfile(ENV['SAID'] + '.l') do\n  content lazy { db['mysql']['socket'] }\nend")
    expect(@result.exit_code).to eq(1), @result.output
    expect(@agent.states.filter_map { |state| state["error"] }.last).to include("source" => "shop/recipes/app.rb:3")
  end

  it "ends the run when a value never comes, whatever the recipe rescues" do
    never = { error: { code: "producer-failed", message: "role app of web-1 failed", exitCode: 21 } }
    converge("search(:node, 'role:web').map { |n| n['fqdn'] } rescue []", values: values.merge(%w[web-1 chef_facts] => never))
    expect(@result.exit_code).to eq(1), @result.output
    expect(@result.output).to include("[producer-failed] role app of web-1 failed")
  end

  it "says when the roles of another node are not here" do
    elsewhere = [*peers, { "name" => "mail", "count" => nil, "roles" => told("role[mail]"), "outputs" => facts }]
    converge("say(:role) { search(:node, 'role:mail').map(&:name) }\nsearch(:node, 'recipes:postfix')", peers: elsewhere)
    expect(@result.exit_code).to eq(1), @result.output
    expect(@run.said["role"].value).to eq(%w[mail])
    expect(@result.output).to include("[not-found] the roles of mail cannot be looked up: no role mail here")
  end

  # solo, local_mode, solo_legacy_mode, and the name that some cookbooks believe in.
  [
    ["chef-solo", { values: {} }, [true, true, false, nil]],
    ["chef-solo whose configuration says `solo false`", { config: "solo false\n" }, [false, true, false, nil]],
    ["chef-solo --legacy-mode", { args: ["--legacy-mode"] }, [true, false, true, nil]]
  ].each do |what, options, seen|
    it "works in #{what}, in which cookbooks that ask whether this is solo see #{seen.inspect}" do
      converge(<<~'RUBY', **options)
        say(:seen) { %i[solo local_mode solo_legacy_mode chef_solo_legacy_mode].map { |key| Chef::Config[key] } }
        say(:found) { search(:node, 'recipes:shop\:\:db OR (roles:base AND NOT name:web-1)').map(&:name) }
      RUBY
      expect(said).to eq("seen" => seen, "found" => %w[db web-0 web-2])
    end
  end

  it "goes to Chef itself for other indexes, and for nodes when the role does not search, which it tells once" do
    recipe = <<~'RUBY'
      say(:bag) { search(:users, 'id:ann').map { |item| item['shell'] } }
      say(:nodes) { search(:node, '*:*').map(&:name) }
      say(:nodes_again) { search(:node, 'role:web').size }
    RUBY
    @agent = FakeAgent.new
    @run = ChefRun.new({ "shop/recipes/app.rb" => recipe, "/data_bags/users/ann.json" => JSON.generate(id: "ann", shell: "/bin/zsh") })
    @run.edit("/user.rb", "#{@run.read("user.rb")}data_bag_path #{@run.path("data_bags").dump}\n")
    @result = @run.call(agent: @agent)
    expect(said).to eq("bag" => %w[/bin/zsh], "nodes" => %w[web-0], "nodes_again" => 0)
    expect(@result.output.scan("asks Chef's own index").size).to eq(1)
    warning = "search(:node, ...) (shop/recipes/app.rb:2) asks Chef's own index, not the nodes of the deployment: " \
              "for these, write `search: true` beside run_list in the role's chef options"
    expect(@result.output).to include(warning)
    expect(@agent.states.filter_map { |state| state["warning"] }).to eq([warning])
    expect(@agent.awaits).to eq({})
  end
end
