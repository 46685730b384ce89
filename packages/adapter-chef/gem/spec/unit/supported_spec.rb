# frozen_string_literal: true

require "heddle/chef"
require "heddle/chef/supported"
require "open3"
require "tmpdir"

RSpec.describe Heddle::Chef::Supported do
  it "takes every series that the specs were run with" do
    expect(described_class::SERIES.map { |series| described_class.refusal("#{series}.0.1") }.uniq).to eq([nil])
  end

  it "refuses the series before and after them in one line that says what to do" do
    oldest, newest = described_class::SERIES.minmax
    [oldest - 1, newest + 1].each do |series|
      expect(described_class.refusal("#{series}.4.2")).to match(
        /\Aheddle: \[tool-missing\] this is Chef #{series}\.4\.2, and Heddle works with series #{oldest} to #{newest}: install .*\z/
      )
    end
  end

  it "ends the process with 2 before anything of Chef is touched" do
    Dir.mktmpdir do |folder|
      FileUtils.mkdir_p(File.join(folder, "chef"))
      File.write(File.join(folder, "chef/version.rb"), "class Chef; VERSION = '15.17.4'; end\n")
      shim = File.expand_path("../../lib/heddle/chef.rb", __dir__)
      environment = { "HEDDLE_SOCKET" => "/nowhere", "HEDDLE_ROLE" => "app" }
      output, errors, status = Open3.capture3(environment, RbConfig.ruby, "-W0", "-I", folder, "-r", shim, "-e", "puts 'went on'")
      expect(output).to eq("")
      expect(errors).to eq("#{described_class.refusal("15.17.4")}\n")
      expect(status.exitstatus).to eq(2)
    end
  end
end
