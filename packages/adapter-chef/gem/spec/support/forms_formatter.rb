# frozen_string_literal: true

require "json"

# Writes what the examples say about forms as JSON, for the table in docs/reference/chef.md:
#   form: { in: :reads, code: "node['db']['ip']", works: "yes", note: "..." }
# A form that is no code has `words`; without both it is the example's own title.
class FormsFormatter
  RSpec::Core::Formatters.register self, :stop

  def initialize(output)
    @output = output
  end

  def stop(notification)
    rows = notification.examples.filter_map do |example|
      form = example.metadata[:form]
      next unless form

      { in: form.fetch(:in), code: form[:code], words: form[:words], works: form.fetch(:works, "yes"), note: form[:note],
        title: example.full_description, file: example.metadata[:file_path].delete_prefix("./") }
    end
    @output.puts(JSON.pretty_generate(rows))
  end
end
