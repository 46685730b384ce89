# frozen_string_literal: true

# A why-run shows what a run would do on this machine alone.
RSpec.describe "a why-run" do
  attributes = <<~'RUBY'
    default['v']['port'] = 80
    default['v']['flag'] = false
    default['v']['list'] = %w[a b]
    default['v']['map'] = { 'mine' => 1 }
    default['v']['text'] = '127.0.0.1'
    default['x']['default'] = 1
  RUBY
  # name => [expression, what a why-run gives]
  reads = {
    nothing: ["node['v']['nothing']", "#<heddle input v.nothing>"],
    text: ["node['v']['text']", "#<heddle input v.text>"],
    interpolated: ['"http://#{node["v"]["text"]}/"', "http://#<heddle input v.text>/"],
    inside: ["node['v']['top']['below']['host']", "#<heddle input v.top.below.host>"],
    port: ["node['v']['port'] + 1", 81],
    flag: ["node['v']['flag']", false],
    list: ["node['v']['list'].map(&:upcase)", %w[A B]],
    map: ["node['v']['map'].to_h", { "mine" => 1 }],
    all: ["node['v'].to_h.slice('port', 'nothing')", { "port" => 80, "nothing" => "#<heddle input v.nothing>" }],
  }
  recipe = <<~RUBY
    #{reads.map { |name, (code, _)| "say(:#{name}) { #{code} }" }.join("\n")}
    node.default['x']['v'] = node['v']['port']
    here = File.dirname(ENV.fetch('SAID'))
    file("\#{here}/file") { content lazy { "host \#{node['v']['text']}\\n" } }
    template("\#{here}/template") { source 'conf.erb' }
    ruby_block('x') { block { node.default['x']['v'] = 2; node['v']['nothing'] } }
  RUBY

  before(:all) do
    paths = %w[nothing text port flag list map].map { |name| ["v", name] } << %w[v top below host]
    @agent = FakeAgent.new(preview: true, inputs: paths.to_h { |path| [path, :absent] }, outputs: { "x" => %w[x v], "d" => %w[x default], "os" => %w[os] })
    @run = ChefRun.new({ "shop/attributes/default.rb" => attributes, "shop/recipes/app.rb" => recipe,
                         "/file" => "before\n", "/template" => "before\n", "shop/templates/conf.erb" => "port <%= node['v']['port'] %> host <%= node['v']['nothing'] %>\n" })
    @result = @run.call(agent: @agent, args: ["--why-run"])
    @said = @run.said.transform_values(&:value)
  end

  after(:all) do
    @agent.stop
    @run.clean
  end

  it "ends, though nobody has written what its recipes read", form: { in: :why_run } do
    expect(@result.exit_code).to eq(0), @result.output
  end

  it "asks the agent for no value and publishes nothing", form: { in: :why_run } do
    expect(@agent.requests.map(&:route).uniq - ["state"]).to eq([""])
  end

  reads.each do |name, (code, value)|
    it "gives #{value.inspect} for #{code}", form: { code: code, in: :why_run, note: "`#{value.inspect}`" } do
      expect(@said[name.to_s]).to eq(value)
    end
  end

  it "shows in diffs where a value of another machine would stand", form: { in: :why_run } do
    expect(@result.output).to include("+host #<heddle input v.text>", "+port 80 host #<heddle input v.nothing>")
    expect([@run.read("file"), @run.read("template")]).to eq(%W[before\n before\n])
  end

  it "says once for each input what stands for it", form: { in: :why_run } do
    warnings = @result.output.scan(/a why-run does not read the input (.*?) stands for it/).flatten
    expect(warnings).to match_array(
      %w[nothing text].map { |name| "v.#{name}: #<heddle input v.#{name}>" } + ["v.top.below.host: #<heddle input v.top.below.host>"] +
      %w[port flag list map].map { |name| "v.#{name}: the cookbook's own value" }
    )
  end
end

RSpec.describe "a why-run that is none for the agent" do
  after do
    @agent&.stop
    @run&.clean
  end

  # what asks for it => [the user's configuration, words of the command, what the agent takes it for]
  {
    "a configuration" => ["why_run true\n", []],
    "a word that the agent did not see" => ["", %w[--why]],
  }.each do |what, (config, args)|
    it "ends before it compiles when #{what} asks for it" do
      @agent = FakeAgent.new(inputs: { %w[db host] => "10.9.8.7" }, outputs: { "x" => %w[x v] })
      @run = ChefRun.new({ "shop/recipes/app.rb" => "say(:went_on) { true }" }, user_config: config)
      result = @run.call(agent: @agent, args: args)
      expect(result.exit_code).to eq(1), result.output
      expect(result.output).to include("[usage] a why-run is no run of a role\n  try: heddle exec -- chef-solo ... --why-run")
      expect(@run.said).to eq({})
    end
  end

  it "does not run for real what the agent takes for a why-run" do
    @agent = FakeAgent.new(preview: true)
    @run = ChefRun.new({ "shop/recipes/app.rb" => "say(:went_on) { true }" })
    result = @run.call(agent: @agent)
    expect(result.exit_code).to eq(1), result.output
    expect(result.output).to include("[usage] what was asked for is a why-run, and this is none")
    expect(@run.said).to eq({})
  end
end
