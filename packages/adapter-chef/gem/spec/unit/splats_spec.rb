# frozen_string_literal: true

require_relative "../support/woven_node"

RSpec.describe Heddle::Chef::Splats do
  include WovenNode

  let(:values) { { %w[a b ip] => "10.0.0.1", %w[a b off] => false, %w[a none] => nil } }
  let!(:node) do
    woven_node(values: values, declared: values.keys + [%w[other ip]]).tap do |node|
      Chef::Config[:cookbook_path] = "/cookbooks"
      described_class.install(node)
    end
  end

  after do
    Chef::Config.reset
  end

  # As Chef runs the file of a recipe.
  def run(source, file: "/cookbooks/shop/recipes/app.rb")
    self.instance_eval(source, file, 1)
  end

  def copied(source, **options)
    run(source, **options).transform_values { |value| Kernel.instance_method(:class).bind_call(value) }
  end

  # Before the method has named keywords, Ruby keeps the class of what it is given.
  def named(none: 1, **rest)
    rest
  end

  {
    "braces" => "{ **node['a']['b'] }",
    "double quotes" => '{ **node["a"]["b"] }',
    "symbols" => "{ ** node[:a][:b] }",
    "other keywords" => "->(**all) { all }.call(x: 1, **node['a']['b']).tap { |copy| copy.delete(:x) }",
    "named keywords" => "named(**node['a']['b'])",
    "a variable" => "mash = node['a']['b']\n{ **mash }",
    "a variable of a map above" => "mash = node['a']\n{ **mash['b'] }",
    "an instance variable" => "@mash = node['a']['b']\n{ **@mash }",
    "a variable from outside of the block" => "mash = node['a']['b']\n[1].map { { **mash } }.first",
    "a statement of several lines" => "mash = node['a']['b']\ncopy = {\n  **mash,\n}\ncopy",
  }.each do |form, source|
    it "copies values with #{form}" do
      expect(copied(source)).to eq("ip" => String, "off" => FalseClass)
    end
  end

  it "copies values in a template" do
    expect(copied("_buf = ''; { **node['a']['b'] }", file: "(erubis)")).to eq("ip" => String, "off" => FalseClass)
  end

  it "waits for nobody else's values, and not for a statement that does not run" do
    run("node['a']\nif node.nil?\n  { **node['other'] }\nend\ncopy = { **node['a']['b'] }")
    expect(client.asked).to contain_exactly("a.b.ip", "a.b.off")
  end

  it "takes no other use of the two stars for a copy" do
    expect(run("node = 3\n# **node['other']\ndef self.all(**options) = options\n[2 ** node, all(x: 1)]")).to eq([8, { x: 1 }])
    expect(run("other = node['other']\n{ **{}, **other.slice }")).to eq({})
    expect(client.asked).to eq([])
  end

  it "leaves a file of comments alone" do
    expect(run("=begin\nuse **node['a']['b']\n=end\n")).to be_nil
    expect(run("\n=begin\n**bold**\n=end")).to be_nil
    expect(client.asked).to eq([])
  end

  it "does not wait in files that are no cookbook's: there the copy ends the run" do
    expect { run("{ **node['a']['b'] }", file: "/gems/x.rb") }.to raise_error(Heddle::Abort, /usage.*`\*\*`/)
    expect(client.asked).to eq([])
  end
end
