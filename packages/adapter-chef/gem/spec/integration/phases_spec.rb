# frozen_string_literal: true

# Reads in every part of a cookbook and in both phases of a run.
RSpec.describe "reading inputs throughout a cookbook" do
  files = {
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
      property :ip, String
      property :late, String, default: lazy { node["property"]["ip"] }
      action :run do
        say(:unified) { node["unified"]["ip"] }
        say(:property) { new_resource.late }
        file(new_resource.name) { content "#{new_resource.ip} #{node["inner"]["ip"]}" }
      end
    RUBY
    "shop/resources/plain.rb" => <<~'RUBY',
      unified_mode false
      property :db, Hash
      action :run do
        say(:hash_property) { new_resource.db["ip"] }
      end
    RUBY
    "shop/providers/old.rb" => <<~'RUBY',
      use_inline_resources if respond_to?(:use_inline_resources)
      action(:run) { say(:lwrp) { node["lwrp"]["ip"] } }
    RUBY
    "shop/resources/old.rb" => "unified_mode true\nactions :run\ndefault_action :run\n",
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
      include_recipe "shop::other"
      shop_definition "x"
      shop_unified("#{here}/custom") { ip node["custom"]["ip"] }
      shop_plain("plain") { db node["hash_property"] }
      shop_old "old"
      template "#{here}/all" do
        source "all.erb"
        helpers ShopHelper
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
      ruby_block("last") { block { foreign = Chef::Node.new; foreign.default["lazy"] = { "x" => 1 }; say(:foreign) { foreign["lazy"].to_h } } }
    RUBY
  }
  said = %w[library included included_late definition unified property hash_property lwrp only_if not_if ruby_block notified]
  others = %w[helper inner custom erb_node erb_ivar erb_n erb_each variables scalar lazy_variable partial lazy typed command environment]

  before(:all) do
    inputs = (said + others).to_h { |name| [[name, "ip"], "10.9.8.7"] }
    inputs[%w[typed mode]] = "0600"
    @agent = FakeAgent.new(inputs: inputs)
    @run = ChefRun.new(files)
    @result = @run.call(agent: @agent)
    @said = @run.said
  end

  after(:all) do
    @agent.stop
    @run.clean
  end

  it "converges" do
    expect(@result.exit_code).to eq(0), @result.output
  end

  said.each do |place|
    it "delivers in #{place}" do
      expect(@said[place].to_a).to eq(["10.9.8.7", "String"])
    end
  end

  it "delivers in a template, its variables, partials and helpers" do
    expect(@run.read("all").split).to eq(%w[node ivar db n ip lazy ip helper partial].map { |name| "#{name}=10.9.8.7" })
  end

  it "delivers in lazy properties, guards, commands and their environment" do
    expect(@run.read("lazy")).to eq("10.9.8.7")
    expect(@run.read("custom")).to eq("10.9.8.7 10.9.8.7")
    expect(@run.read("executed")).to eq("10.9.8.7 10.9.8.7\n")
    expect(File.stat(@run.path("typed")).mode & 0o777).to eq(0o600)
    expect(File.exist?(@run.path("guarded"))).to be(true)
    expect(File.exist?(@run.path("refused"))).to be(false)
  end

  it "leaves other nodes alone" do
    expect(@said["foreign"].value).to eq("x" => 1)
  end

  it "names the cookbook line of each reader" do
    sources = @agent.awaits
    expect(sources["library.ip"]).to eq("shop/libraries/helper.rb:5")
    expect(sources["included_late.ip"]).to eq("shop/recipes/other.rb:2")
    expect(sources["unified.ip"]).to eq("shop/resources/unified.rb:5")
    expect(sources["erb_node.ip"]).to eq("shop/templates/all.erb:1")
    expect(sources["partial.ip"]).to eq("shop/templates/part.erb:1")
    expect(sources["variables.ip"]).to eq("shop/recipes/app.rb:8")
  end

  it "tells the steps of the run and how many resources changed" do
    steps = @agent.states.filter_map { |state| state["step"] }
    expect(steps).to include("ruby_block[included]")
    expect(@agent.states.last.keys).to eq(%w[updated])
    expect(@agent.states[..-2].map(&:keys).uniq).to eq([%w[step updated]])
    # The custom resources that have no action of their own change nothing.
    expect(@agent.states.last["updated"]).to be >= 12
  end
end
