# frozen_string_literal: true

require "heddle/chef/declaration"

RSpec.describe Heddle::Chef::Declaration do
  let(:body) do
    { "protocol" => 1, "future" => true,
      "inputs" => [{ "path" => %w[db host] }, { "path" => %w[db password], "sensitive" => true }, { "path" => %w[k] }],
      "outputs" => [{ "name" => "ip", "path" => %w[ipaddress], "sensitive" => false, "publish" => "settled" }] }
  end

  it "reads inputs and outputs and ignores what it does not know" do
    declaration = described_class.parse(body)
    expect(declaration.inputs.map(&:name)).to eq(%w[db.host db.password k])
    expect(declaration.inputs.map(&:sensitive)).to eq([false, true, false])
    expect(declaration.outputs.first).to have_attributes(name: "ip", path: %w[ipaddress], publish: "settled")
  end

  it "arranges the inputs as a tree" do
    host, password, top = described_class.parse(body).inputs
    expect(described_class.parse(body).input_tree).to eq("db" => { "host" => host, "password" => password }, "k" => top)
  end

  it "refuses a why-run that the agent takes for a run of the role, and a run that it takes for a why-run" do
    preview = body.merge("preview" => true)
    expect(described_class.parse(preview, why_run: true).inputs.size).to eq(3)
    expect { described_class.parse(body, why_run: true) }.to raise_error(Heddle::Error) { |error|
      expect(error).to have_attributes(code: "usage", exit_code: 2, next_steps: include(/heddle exec -- .* --why-run/))
    }
    expect { described_class.parse(preview) }.to raise_error(Heddle::Error, /this is none/)
  end

  it "refuses another protocol" do
    expect { described_class.parse(body.merge("protocol" => 2)) }.to raise_error(Heddle::Error, /version 1.*version 2/)
  end
end
