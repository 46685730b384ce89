# frozen_string_literal: true

require "heddle/outside_client"
require "stringio"
require "tmpdir"

RSpec.describe Heddle::OutsideClient do
  before { @agent = FakeAgent.new(inputs: { %w[db host] => "10.9.8.7" }) }
  after { @agent.stop }

  it "asks to be let in, and talks as the run that the agent made of it" do
    said = StringIO.new
    client = described_class.new(socket: @agent.socket, role: "app", out: said)
    expect(client.declaration["role"]).to eq("app")
    expect(client.await(%w[db host])["value"]).to eq("10.9.8.7")
    expect(@agent.requests.map { |r| [r.verb, r.route] }).to eq([%w[POST runs], ["GET", ""], %w[POST await]])
    expect(@agent.requests.first.body).to eq({ "role" => "app", "whyRun" => false })
    expect(@agent.requests.drop(1).map { |r| r.headers["heddle-run"] }).to eq(%w[r7 r7])
    expect(said.string).to eq("heddle: this is a run of role app of web-0, deployment shop\n")
  end

  it "leaves the choice of the role to the agent when nobody has made it" do
    described_class.new(socket: @agent.socket, out: StringIO.new).declaration
    expect(@agent.requests.first.body).to eq({ "whyRun" => false })
  end

  # Root alone can be another user as well.
  it "tells a socket of another user nothing", if: Process.euid.zero? do
    Dir.mktmpdir do |folder|
      File.chown(65_534, nil, folder)
      path = File.join(folder, "agent.sock")
      heard, said = IO.pipe
      program = "Process::UID.change_privilege(65_534); server = UNIXServer.new(ARGV[0]); $stdout.sync = true; puts; print server.accept.read"
      pid = Process.spawn(RbConfig.ruby, "-rsocket", "-e", program, path, out: said)
      said.close
      heard.gets
      client = described_class.new(socket: path, out: StringIO.new)
      expect { client.declaration }.to raise_error(Heddle::Error) { |error|
        expect(error).to have_attributes(code: "denied", exit_code: 25)
        expect(error.message).to include(path, "user 65534", "user 0")
      }
      expect(heard.read).to eq("")
    ensure
      Process.kill("KILL", pid)
      Process.wait(pid)
    end
  end

  it "says what to do when there is no agent" do
    client = described_class.new(socket: File.join(Dir.tmpdir, "nobody.sock"), out: StringIO.new)
    expect { client.declaration }.to raise_error(Heddle::Error) { |error|
      expect(error.code).to eq("agent-gone")
      expect(error.exit_code).to eq(24)
      expect(error.full_text).to start_with("no Heddle agent answers at #{Dir.tmpdir}/nobody.sock\n")
      expect(error.next_steps.join("\n")).to include("heddle agent --outside ROLE", "HEDDLE_OFF=1", "heddle chef uninstall")
    }
  end
end
