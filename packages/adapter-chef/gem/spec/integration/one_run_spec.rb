# frozen_string_literal: true

# A run list of several roles in one run: what one of them writes, another reads.
RSpec.describe "a run list of several roles" do
  files = {
    "db/metadata.rb" => "name 'db'\nversion '1.0.0'\n",
    "db/recipes/default.rb" => <<~'RUBY',
      node["remote"]["compiled"]
      node.default["db"]["early"] = "compiled"
      ruby_block("first") { block { node.default["db"]["port"] = 1 } }
      ruby_block("read first") { block { say(:first) { node["shop"]["port"] } } }
      ruby_block("second") { block { node.default["db"]["port"] = 2 } }
      include_recipe "shop::shared"
    RUBY
    "shop/resources/wrapper.rb" => <<~'RUBY',
      unified_mode true
      action(:run) { ruby_block("inner") { block { node["remote"]["inner"] } } }
    RUBY
    "shop/recipes/shared.rb" => 'ruby_block("shared") { block { node["remote"]["shared"] } }',
    "shop/recipes/app.rb" => <<~'RUBY',
      node["remote"]["nested"]
      say(:early) { node["shop"]["early"] }
      shop_wrapper "wrapper"
      ruby_block("read second") { block { say(:second) { node["shop"]["port"] } } }
      ruby_block("read all") { block { say(:before) { node["shop"].to_h } } }
      ruby_block("third") { block { node.default["db"]["port"] = 3 } }
      ruby_block("read all again") { block { say(:after) { node["shop"].each_with_object({}) { |(key, value), copy| copy[key] = value } } } }
    RUBY
    "shop/recipes/last.rb" => 'ruby_block("alone") { block { node["remote"]["alone"] } }',
    "/roles/database.json" => JSON.generate(name: "database", run_list: ["recipe[db]"]),
    "/roles/app.json" => JSON.generate(name: "app", run_list: ["recipe[shop::app]", "recipe[shop::shared]"]),
    "/roles/web.json" => JSON.generate(name: "web", run_list: ["role[app]"])
  }
  remote = %w[compiled shared nested inner alone]

  include_context "with one run for all"

  define_method(:scene) do
    inputs = remote.to_h { |name| [["remote", name], "x"] }
    agent = nil
    %w[port early].each { |name| inputs[["shop", name]] = -> { agent.reports(name).last&.fetch("value") } }
    agent = FakeAgent.new(inputs: inputs, own: [%w[shop port], %w[shop early]],
      outputs: { "port" => %w[db port], "early" => %w[db early] })
    [agent, ChefRun.new(files, run_list: ["role[database]", "role[web]", "recipe[shop::last]"])]
  end

  def values
    @said.transform_values(&:value)
  end

  it "reads what the run has written so far, each time anew" do
    expect(values).to include("first" => 1, "second" => 2)
    expect(values).to include("before" => { "early" => "compiled", "port" => 2 }, "after" => { "early" => "compiled", "port" => 3 })
  end

  it "reads while it compiles what was assigned while it compiled" do
    expect(values).to include("early" => "compiled")
  end

  it "tells the agent which reads happen while it compiles" do
    reads = @agent.requests.select { |request| request.route == "await" && request.body["path"].first == "shop" }
    told = reads.map { |request| [request.body["path"].last, request.body["compiling"] || false] }.uniq
    expect(told).to contain_exactly(["early", true], ["early", false], ["port", false])
  end

  it "names the role of each reader: nested ones, a recipe that two roles have, inner resources" do
    sources = @agent.awaits.transform_keys { |path| path.delete_prefix("remote.") }
    expect(sources).to include(
      "compiled" => "db/recipes/default.rb:1, role[database]",
      "shared" => "shop/recipes/shared.rb:1, role[database]",
      "nested" => "shop/recipes/app.rb:1, role[web] > role[app]",
      "inner" => "shop/resources/wrapper.rb:2, role[web] > role[app]",
      "alone" => "shop/recipes/last.rb:1"
    )
  end

  it "names the role of each writer" do
    expect(@agent.reports("port").map { |report| report["source"] }).to eq(
      ["db/recipes/default.rb:3, role[database]", "db/recipes/default.rb:5, role[database]",
       "shop/recipes/app.rb:6, role[web] > role[app]"]
    )
  end

  it "names the role of a failure, in either phase" do
    ["raise 'broken'", "ruby_block('break') { block { raise 'broken' } }"].each do |recipe|
      agent = FakeAgent.new
      run = ChefRun.new(files.merge("shop/recipes/app.rb" => recipe, "db/recipes/default.rb" => ""),
        run_list: ["role[database]", "role[web]"])
      run.call(agent: agent)
      # The thread that tells steps may be the last one to be heard.
      errors = agent.states.filter_map { |state| state["error"] }
      expect(errors.map { |error| error["source"] }).to eq(["shop/recipes/app.rb:1, role[web] > role[app]"])
    ensure
      agent.stop
      run.clean
    end
  end
end
