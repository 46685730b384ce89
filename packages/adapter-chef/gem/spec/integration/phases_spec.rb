# frozen_string_literal: true

# Reads in every part of a cookbook and in both phases of a run.
RSpec.describe "reading inputs throughout a cookbook" do
  files = {
    "shop/metadata.rb" => "name 'shop'\nversion '1.0.0'\ndepends 'tools'\n",
    "tools/metadata.rb" => "name 'tools'\nversion '1.0.0'\n",
    "tools/attributes/default.rb" => "default['tools']['copy'] = node['other_attributes']['ip']",
    "tools/recipes/default.rb" => <<~'RUBY',
      say(:other_attributes) { node["tools"]["copy"] }
      say(:other_cookbook) { node["other_cookbook"]["ip"] }
      ruby_block("tools") { block { say(:other_cookbook_late) { node["other_cookbook_late"]["ip"] } } }
    RUBY
    "shop/libraries/top.rb" => 'SHOP_TOP = Chef.node["library_top"]["ip"]',
    "shop/libraries/helper.rb" => <<~'RUBY',
      module ShopHelper
        def shop_ip = node["helper"]["ip"]
      end
      class ShopClass
        def ip = Chef.node["library"]["ip"]
      end
    RUBY
    "shop/definitions/shop_definition.rb" => <<~'RUBY',
      define :shop_definition do
        say(:definition) { node["definition"]["ip"] }
      end
    RUBY
    "shop/resources/unified.rb" => <<~'RUBY',
      unified_mode true
      use "shared"
      property :ip, String
      property :late, String, default: lazy { node["property"]["ip"] }
      property :coerced, String, coerce: proc { |suffix| "#{node["coerce"]["ip"]}#{suffix}" }
      load_current_value { say(:current_value) { node["current_value"]["ip"] } }
      action_class do
        def helped = node["action_class"]["ip"]
      end
      action :run do
        say(:coerce) { new_resource.coerced }
        say(:shared) { new_resource.shared }
        say(:action_class) { helped }
        say(:unified) { node["unified"]["ip"] }
        say(:property) { new_resource.late }
        file(new_resource.name) { content "#{new_resource.ip} #{node["inner"]["ip"]}" }
      end
    RUBY
    "shop/resources/_shared.rb" => 'property :shared, String, default: lazy { node["shared"]["ip"] }',
    "shop/resources/plain.rb" => <<~'RUBY',
      unified_mode false
      property :db, Hash
      action :run do
        say(:hash_property) { new_resource.db["ip"] }
      end
    RUBY
    "shop/providers/old.rb" => <<~'RUBY',
      use_inline_resources if respond_to?(:use_inline_resources)
      action(:run) do
        say(:lwrp) { node["lwrp"]["ip"] }
        say(:kind_of) { new_resource.ip }
      end
    RUBY
    "shop/resources/old.rb" => "unified_mode true\nactions :run\ndefault_action :run\nattribute :ip, kind_of: String\n",
    "shop/templates/all.erb" => <<~'ERB',
      node=<%= node["erb_node"]["ip"] %>
      ivar=<%= @node["erb_ivar"]["ip"] %>
      db=<%= @db["ip"] %>
      n=<%= @n["erb_n"]["ip"] %>
      ip=<%= @ip %>
      lazy=<%= @lazy %>
      <% node["erb_each"].each do |key, value| -%>
      <%= key %>=<%= value %>
      <% end -%>
      helper=<%= shop_ip %>
      block=<%= block_helper %>
      inline=<%= inline_helper %>
      <%= render "part.erb" %>
    ERB
    "shop/templates/part.erb" => 'partial=<%= node["partial"]["ip"] %>',
    "shop/recipes/other.rb" => <<~'RUBY',
      say(:included) { node["included"]["ip"] }
      ruby_block("included") { block { say(:included_late) { node["included_late"]["ip"] } } }
    RUBY
    "shop/recipes/app.rb" => <<~'RUBY',
      here = File.dirname(ENV["SAID"])
      say(:library) { ShopClass.new.ip }
      say(:library_top) { SHOP_TOP }
      include_recipe "tools"
      include_recipe "shop::other"
      shop_definition "x"
      shop_unified("#{here}/custom") { ip node["custom"]["ip"]; coerced "" }
      shop_plain("plain") { db node["hash_property"] }
      shop_old("old") { ip node["kind_of"]["ip"] }
      template "#{here}/all" do
        source "all.erb"
        helpers ShopHelper
        helper(:block_helper) { node["helper_block"]["ip"] }
        helpers { def inline_helper = node["helpers_block"]["ip"] }
        variables(db: node["variables"], n: node, ip: node["scalar"]["ip"], lazy: lazy { node["lazy_variable"]["ip"] })
      end
      file("#{here}/lazy") { content lazy { node["lazy"]["ip"] } }
      file("#{here}/guarded") { content "x"; only_if { say(:only_if) { node["only_if"]["ip"] } == "10.9.8.7" } }
      file("#{here}/refused") { content "x"; not_if { say(:not_if) { node["not_if"]["ip"] } == "10.9.8.7" } }
      file("#{here}/typed") { content node["typed"]["ip"]; mode lazy { node["typed"]["mode"] } }
      execute("echo $IP $(echo #{node["command"]["ip"]}) > #{here}/executed") { environment lazy { { "IP" => node["environment"]["ip"] } } }
      ruby_block("block") { block { say(:ruby_block) { node["ruby_block"]["ip"] } } }
      ruby_block("notified") { action :nothing; block { say(:notified) { node["notified"]["ip"] } } }
      file("#{here}/notifier") { content "x"; notifies :run, "ruby_block[notified]", :delayed }
      %w[immediately before].each do |how|
        ruby_block(how) { action :nothing; block { say(how) { node[how]["ip"] } } }
      end
      file("#{here}/immediately") { content "x"; notifies :run, "ruby_block[immediately]", :immediately }
      file("#{here}/before") { content "x"; notifies :run, "ruby_block[before]", :before }
      file("#{here}/subscribed") { content "x" }
      ruby_block("subscriber") { action :nothing; block { say(:subscriber) { node["subscriber"]["ip"] } }; subscribes :run, "file[#{here}/subscribed]" }
      ruby_block("to 10.9.8.7") { action :nothing; block { say(:target) { node["target"]["ip"] } } }
      file("#{here}/lazily") { content "x"; notifies :run, "ruby_block[to #{node["target"]["ip"]}]" }
      log("log") { message lazy { node["log"]["ip"] } }
      bash("bash") { code "echo #{node["bash"]["ip"]} > #{here}/bashed" }
      execute("string guard") { command "echo ran > #{here}/string_guard"; only_if "test #{node["string_guard"]["ip"]} = 10.9.8.7" }
      ruby_block("last") { block { foreign = Chef::Node.new; foreign.default["lazy"] = { "x" => 1 }; say(:foreign) { foreign["lazy"].to_h } } }
      ruby_block("other node") { block { say(:other_node) { Chef::Node.from_hash("name" => "b", "normal" => { "unread" => { "ip" => "own" } })["unread"]["ip"] } } }
    RUBY
  }
  # name => what a person calls that place
  said = {
    "library" => "a class of a library", "library_top" => "a library while it is loaded", "included" => "an included recipe",
    "included_late" => "a resource of an included recipe", "other_attributes" => "an attribute file of another cookbook",
    "other_cookbook" => "a recipe of another cookbook", "other_cookbook_late" => "a resource of another cookbook",
    "definition" => "a definition", "unified" => "a custom resource in unified mode", "property" => "a lazy default of a property",
    "coerce" => "the coercion of a property", "shared" => "a resource partial", "current_value" => "load_current_value",
    "action_class" => "a method of an action class", "hash_property" => "a map held in a property", "lwrp" => "an old provider (LWRP)",
    "kind_of" => "an old attribute with kind_of", "only_if" => "only_if", "not_if" => "not_if", "ruby_block" => "ruby_block",
    "notified" => "a delayed notification", "immediately" => "an immediate notification", "before" => "a before notification",
    "subscriber" => "a subscription", "target" => "the target of a notification"
  }
  others = %w[helper helper_block helpers_block inner custom erb_node erb_ivar erb_n erb_each variables scalar lazy_variable partial lazy
              typed command environment log bash string_guard]

  include_context "with one run for all"

  define_method(:scene) do
    inputs = (said.keys + others).to_h { |name| [[name, "ip"], "10.9.8.7"] }
    inputs[%w[typed mode]] = "0600"
    inputs[%w[unread ip]] = :absent
    [FakeAgent.new(inputs: inputs), ChefRun.new(files)]
  end

  said.each do |place, words|
    it "delivers in #{words}", form: { words: words, in: :phases } do
      expect(@said[place].to_a).to eq(["10.9.8.7", "String"])
    end
  end

  it "delivers in a template, its variables, partials and helpers of each kind",
    form: { words: "a template, its variables, partials and helpers of each kind", in: :phases } do
    expect(@run.read("all").split).to eq(%w[node ivar db n ip lazy ip helper block inline partial].map { |name| "#{name}=10.9.8.7" })
  end

  it "delivers in lazy properties, guards, commands and their environment, scripts and log messages",
    form: { words: "lazy properties, guards, commands and their environment, scripts and log messages", in: :phases } do
    expect(@run.read("lazy")).to eq("10.9.8.7")
    expect(@run.read("custom")).to eq("10.9.8.7 10.9.8.7")
    expect(@run.read("bashed")).to eq("10.9.8.7\n")
    expect(@run.read("string_guard")).to eq("ran\n")
    expect(@result.output).to include("log[log] action write")
    expect(@run.read("executed")).to eq("10.9.8.7 10.9.8.7\n")
    expect(File.stat(@run.path("typed")).mode & 0o777).to eq(0o600)
    expect(File.exist?(@run.path("guarded"))).to be(true)
    expect(File.exist?(@run.path("refused"))).to be(false)
  end

  it "leaves other Chef::Node objects alone, also at the path of an input",
    form: { words: "another Chef::Node object, also at the path of an input", in: :phases, works: "untouched" } do
    expect(@said["foreign"].value).to eq("x" => 1)
    expect(@said["other_node"].value).to eq("own")
  end

  it "waits for no input that nobody reads, not even to save the node",
    form: { words: "nowhere: an input that nobody reads", in: :phases, note: "no wait, not even to save the node" } do
    expect(@agent.awaits.keys).not_to include("unread.ip")
    expect(@agent.awaits.keys).to match_array([*said.keys, *others].map { |name| "#{name}.ip" } << "typed.mode")
    expect(File.exist?(@run.path("nodes", "web-0.json"))).to be(true)
  end

  it "names the cookbook line of each reader" do
    sources = @agent.awaits
    expect(sources["library.ip"]).to eq("shop/libraries/helper.rb:5")
    expect(sources["included_late.ip"]).to eq("shop/recipes/other.rb:2")
    expect(sources["unified.ip"]).to eq("shop/resources/unified.rb:14")
    expect(sources["erb_node.ip"]).to eq("shop/templates/all.erb:1")
    expect(sources["partial.ip"]).to eq("shop/templates/part.erb:1")
    expect(sources["variables.ip"]).to eq("shop/recipes/app.rb:10")
  end

  it "tells the steps of the run and how many resources changed" do
    steps = @agent.states.filter_map { |state| state["step"] }
    # Which of them depends on the moment: short ones are passed over.
    expect(steps).to all(match(/\A\w+\[/))
    expect(steps).not_to be_empty
    expect(@agent.states.map(&:keys).uniq).to contain_exactly(%w[step updated], %w[updated])
    # The custom resources that have no action of their own change nothing.
    expect(@agent.states.filter_map { |state| state["updated"] }.max).to be >= 12
  end
end
