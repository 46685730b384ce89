# frozen_string_literal: true

require "heddle/chef/declaration"
require "heddle/chef/latch"

RSpec.describe Heddle::Chef::Facts do
  let(:client) do
    Class.new do
      def published
        @published ||= []
      end

      def publish(outputs)
        published << outputs
      end
    end.new
  end
  let(:node) do
    Chef::Node.new.tap do |node|
      node.automatic = { "fqdn" => "db.example", "kernel" => { "machine" => "x86_64", "modules" => { "ext4" => {} } },
                         "memory" => { "total" => "16kB", "free" => "1kB" }, "etc" => { "passwd" => {} } }
      node.default["hostname"] = "not a fact"
    end
  end
  let(:document) { { "fqdn" => "db.example", "kernel" => { "machine" => "x86_64" }, "memory" => { "total" => "16kB" } } }

  def facts(**options)
    output = Heddle::Chef::Declaration::Output.new(name: "chef_facts", path: %w[chef_facts])
    described_class.new(client: client, latch: Heddle::Chef::Latch.new, output: output, **options)
  end

  it "are the listed automatic attributes and no others" do
    expect(described_class.of(node)).to eq(document)
    expect(node.automatic.keys).to eq(%w[fqdn kernel memory etc])
  end

  it "are published once, and again when they have changed" do
    facts.tap do |facts|
      2.times { facts.publish(node) }
      node.automatic["fqdn"] = "other.example"
      facts.publish(node)
    end
    expect(client.published.map { |outputs| outputs["chef_facts"]["value"] }).to eq([document, document.merge("fqdn" => "other.example")])
  end

  it "are not published in why-run mode, or when nobody searches" do
    facts(why_run: true).publish(node)
    facts(output: nil).publish(node)
    expect(client.published).to eq([])
  end

  it "are no output that is looked up in the node" do
    declared = [{ "name" => "chef_facts", "path" => %w[chef_facts] }, { "name" => "ip", "path" => %w[ipaddress] }]
    declaration = Heddle::Chef::Declaration.parse({ "protocol" => 1, "outputs" => declared })
    expect([declaration.outputs.map(&:name), declaration.facts.name]).to eq([%w[ip], "chef_facts"])
  end
end
