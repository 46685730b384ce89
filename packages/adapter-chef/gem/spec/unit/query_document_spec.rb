# frozen_string_literal: true

require "chef_zero/solr/solr_parser"
require "heddle/chef/query_document"

RSpec.describe Heddle::Chef::QueryDocument do
  let(:asked) { [] }
  let(:fields) { {} }

  def matches?(query)
    sources = { %w[mysql version] => "8.0.39", %w[mysql limits] => { "connections" => 100 }, %w[absent] => nil, %w[db name] => "shop" }
    sources = sources.map { |path, value| described_class::Source.new(path) { asked << path.join("."); value } }
    static = { "name" => "db", "role" => %w[database], "mysql" => { "data_dir" => "/srv", "version" => "5" } }
    ChefZero::Solr::SolrParser.new(query).parse.matches_doc?(described_class.new("db", static, sources, fields))
  end

  [
    ["role:database", true, []],
    ["role:web AND mysql_version:8*", false, []],
    ["role:database AND mysql_version:8*", true, %w[mysql.version]],
    ["role:database OR mysql_version:8*", true, []],
    ["mysql_version:5*", false, %w[mysql.version]],
    ["mysql_data_dir:srv", true, []],
    ["mysql_limits_connections:100", true, %w[mysql.limits]],
    ["version:8.0.39", true, %w[mysql.version]],
    ["mysql_ver*:8.0.39", true, %w[mysql.version]],
    ["mysql_version:[* TO 9]", true, %w[mysql.version]],
    ["NOT mysql_version:8*", false, %w[mysql.version]],
    ["name:db", true, []],
    ["name:shop", false, []],
    ["db_name:shop", true, %w[db.name]],
    ["absent:*", false, %w[absent]],
    ["*:*", true, []]
  ].each do |query, found, looked_at|
    it "looks at #{looked_at.empty? ? "nothing that is published" : looked_at.join} for #{query}" do
      expect([matches?(query), asked]).to eq([found, looked_at])
    end
  end

  it "notes which of the fields that a query names are known" do
    matches?("nothing:1 OR mysql_version:9 OR recipes:x OR mysql_data_dir:y")
    expect(fields).to eq("nothing" => false, "mysql_version" => true, "recipes" => true, "mysql_data_dir" => true)
  end
end
