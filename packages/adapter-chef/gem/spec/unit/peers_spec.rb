# frozen_string_literal: true

require "heddle/chef/peers"
require "heddle/client"

RSpec.describe Heddle::Chef::Peers do
  let(:facts) { { "role" => "app", "path" => %w[chef_facts], "sensitive" => false } }

  def options(*each)
    [{ "name" => "app", "adapter" => "chef", "options" => each }]
  end

  it "names the members of a group, each with its own options or those of all" do
    members = described_class.members([
      { "name" => "web", "count" => 2, "outputs" => { "chef_facts" => facts, "port" => facts.merge("path" => %w[app port]) },
        "roles" => options({ "run_list" => ["role[web]"], "attributes" => { "n" => 0 } }, { "run_list" => ["role[web]"], "attributes" => { "n" => 1 } }) },
      { "name" => "db", "count" => nil, "outputs" => {}, "roles" => options({ "run_list" => ["mysql"] }) }
    ])
    expect(members.map { |member| [member.name, member.run_list, member.attributes] }).to eq(
      [["web-0", ["role[web]"], { "n" => 0 }], ["web-1", ["role[web]"], { "n" => 1 }], ["db", ["mysql"], {}]]
    )
    expect(members[1].facts).to have_attributes(node: "web-1", output: "chef_facts")
    expect(members[1].outputs.map(&:name)).to eq(%w[web-1.port])
    expect(members[2].facts).to be_nil
  end

  it "puts several Chef roles of a node together" do
    roles = options({ "run_list" => %w[a b], "attributes" => { "x" => { "k" => 1 } } }) +
            options({ "run_list" => %w[b c], "attributes" => { "x" => { "l" => 2 } } })
    member = described_class.members([{ "name" => "db", "count" => nil, "outputs" => {}, "roles" => roles }]).first
    expect(member).to have_attributes(run_list: %w[a b c], attributes: { "x" => { "k" => 1, "l" => 2 } })
  end

  it "finds the outputs of other tools under their names, too" do
    declared = { "ip" => facts.merge("path" => %w[ansible_default_ipv4 address]), "port" => facts.merge("path" => %w[port]) }
    member = described_class.members([{ "name" => "db", "count" => nil, "outputs" => declared }]).first
    expect(member.outputs.map(&:path)).to eq([%w[ipaddress], %w[ansible_default_ipv4 address], %w[port], %w[ip]])
  end

  it "gives what every node tells of its machine at the paths and in the shapes of Ohai" do
    words = %w[ip hostname fqdn ssh_host_keys memory_mb cpus].to_h { |name| [name, { "role" => "machine_facts", "path" => [name], "sensitive" => false }] }
    member = described_class.members([{ "name" => "db", "count" => nil, "outputs" => words }]).first
    told = { "ip" => "10.0.0.1", "hostname" => "db", "fqdn" => "db.example", "memory_mb" => 2048, "cpus" => 4,
             "ssh_host_keys" => { "ssh-rsa" => "R", "ssh-dss" => "D", "ssh-ed25519" => "E", "ecdsa-sha2-nistp256" => "C" } }
    client = instance_double(Heddle::Client)
    allow(client).to receive(:await_output) { |_node, name, **| { "value" => told.fetch(name) } }
    shaped = member.outputs.grep(described_class::Word).to_h { |word| [word.path.join("."), word.ask(client)["value"]] }
    expect(shaped).to eq(
      "ipaddress" => "10.0.0.1", "hostname" => "db", "fqdn" => "db.example", "memory.total" => "2097152kB", "cpu.total" => 4,
      "keys.ssh" => { "host_rsa_public" => "R", "host_dsa_public" => "D", "host_ed25519_public" => "E",
                      "host_ecdsa_public" => "C", "host_ecdsa_type" => "ecdsa-sha2-nistp256" }
    )
  end

  it "leaves a declared output at its place, and shows no sensitive one" do
    declared = { "address" => facts.merge("path" => %w[ipaddress]), "ip" => facts.merge("path" => %w[x]),
                 "fqdn" => facts.merge("path" => %w[name], "sensitive" => true) }
    member = described_class.members([{ "name" => "db", "count" => nil, "outputs" => declared }]).first
    expect(member.outputs.grep(described_class::Word)).to eq([])
  end
end
