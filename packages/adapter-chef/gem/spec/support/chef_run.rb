# frozen_string_literal: true

require "fileutils"
require "json"
require "open3"
require "tmpdir"

# One run of the real chef-solo on cookbooks made for the occasion.
class ChefRun
  # say(:name) { expression } tells the spec what an expression gave.
  SAY = <<~'RUBY'
    module Say
      def say(name)
        value = yield
        line = [Marshal.dump([name.to_s, Say.plain(value), value.class.name])].pack("m0")
        ::File.open(ENV.fetch("SAID"), "a") { |file| file.puts(line) }
        value
      end

      def self.plain(value)
        case value
        when Hash then value.to_h { |k, v| [k, plain(v)] }
        when Array then value.map { |v| plain(v) }
        when String then String.new(value)
        else value
        end
      end
    end
    [Chef::Recipe, Chef::Node, Chef::Resource, Chef::Provider, Chef::Mixin::Template::TemplateContext].each { |c| c.include(Say) }
  RUBY

  SHIM = File.expand_path("../../lib/heddle/chef.rb", __dir__)
  Result = Struct.new(:status, :output, keyword_init: true) do
    def exit_code
      status.exitstatus
    end
  end

  Said = Struct.new(:value, :type)

  attr_reader :directory

  # @param files [Hash{String=>String}] path below the working folder to content;
  #   "shop/recipes/app.rb" and the like go below cookbooks/
  # @param json [Hash] what `-j` gives
  # @param user_config [String] lines of the user's own configuration
  # @param after_wrapper [String] lines of a configuration that Chef reads later
  def initialize(files, json: {}, run_list: ["recipe[shop::app]"], user_config: "", after_wrapper: nil)
    @directory = File.realpath(Dir.mktmpdir("heddle-chef"))
    write("cookbooks/shop/metadata.rb", "name 'shop'\nversion '1.0.0'\n")
    write("cookbooks/shop/libraries/say.rb", SAY)
    files.each { |path, content| edit(path, content) }
    write("run.json", JSON.generate(json.merge(run_list: run_list)))
    write("user.rb", base_config + user_config)
    write("client.d/later.rb", after_wrapper) if after_wrapper
    write("solo.rb", <<~RUBY)
      require #{SHIM.dump}
      from_file #{path("user.rb").dump}
      Heddle::Chef.attach(self)
    RUBY
  end

  # Write a file: "/roles/x.json" below the working folder, "shop/recipes/app.rb" below its cookbooks.
  def edit(path, content)
    write(path.start_with?("/") ? path.delete_prefix("/") : "cookbooks/#{path}", content)
  end

  def path(*parts)
    File.join(@directory, *parts)
  end

  def read(*parts)
    File.read(path(*parts))
  end

  # What the recipe wrote with `say(key, value)`.
  def said
    return {} unless File.exist?(path("said"))

    File.readlines(path("said"), chomp: true).to_h do |line|
      name, value, type = Marshal.load(line.unpack1("m"))
      [name, Said.new(value, type)]
    end
  end

  # @param program [String] what to start
  # @param config [String] the configuration, below the working folder
  # @return [Result] once the run has ended
  def call(agent: nil, env: {}, args: [], program: "chef-solo", config: "solo.rb")
    output, status = Open3.capture2e(environment(agent, env), *command(args, program, config), chdir: @directory)
    Result.new(status: status, output: output.force_encoding("UTF-8"))
  end

  # @yieldparam pid [Integer] of the running chef-solo
  # @return [Result]
  def start(agent: nil, env: {}, args: [])
    Open3.popen2e(environment(agent, env), *command(args), chdir: @directory) do |stdin, output, thread|
      stdin.close
      reader = Thread.new { output.read }
      begin
        yield thread.pid
      rescue Exception
        Process.kill("KILL", thread.pid)
        raise
      end
      Result.new(status: thread.value, output: reader.value.force_encoding("UTF-8"))
    end
  end

  # Every file below the working folder, as bytes.
  #
  # @return [Hash{String=>String}] path below it to content
  def files
    Dir.glob("**/*", File::FNM_DOTMATCH, base: @directory).filter_map do |name|
      [name, File.binread(path(name))] if File.file?(path(name))
    end.to_h
  end

  def clean
    FileUtils.remove_entry(@directory)
  end

  private

  def write(relative, content)
    file = path(relative)
    FileUtils.mkdir_p(File.dirname(file))
    File.write(file, content)
  end

  def base_config
    <<~RUBY
      cookbook_path #{path("cookbooks").dump}
      role_path #{path("roles").dump}
      node_path #{path("nodes").dump}
      file_cache_path #{path("cache").dump}
      file_backup_path #{path("backup").dump}
      cache_path #{path("cache").dump}
      lockfile #{path("chef.pid").dump}
      minimal_ohai true
      node_name 'web-0'
    RUBY
  end

  def command(args, program = "chef-solo", config = "solo.rb")
    [program, "--chef-license", "accept-silent", "--no-color", "-c", path(config), "-j", path("run.json"), *args]
  end

  def environment(agent, env)
    base = { "SAID" => path("said") }
    base.merge!("HEDDLE_SOCKET" => agent.socket, "HEDDLE_ROLE" => "app", "HEDDLE_RUN" => "r1") if agent
    base.merge(env)
  end
end
