# frozen_string_literal: true

# Takes Ruby's library and the gems as compile-ruby.rb has compiled them, for `ruby -r` where Chef starts many hundred times.
# HEDDLE_COMPILED_RUBY: absolute path of the folder that keeps them. What is not there, or has changed since, Ruby compiles as ever:
# so the shim and cookbooks, which are under test, at each start.
module CompiledRuby
  # Another Ruby cannot read them.
  FOLDER = "#{ENV.fetch("HEDDLE_COMPILED_RUBY")}/#{RUBY_ENGINE}-#{RUBY_VERSION}-p#{RUBY_PATCHLEVEL}-#{RUBY_PLATFORM}"

  # A source that has changed is another one.
  def self.place_of(path)
    stat = File.stat(path)
    "#{FOLDER}/#{path.tr("/", "%")}-#{stat.size}-#{stat.mtime.to_i}"
  end

  # Ruby calls it for each file that it is about to load, and compiles the file itself when it gets nil.
  def load_iseq(path)
    load_from_binary(File.binread(CompiledRuby.place_of(path)))
  rescue SystemCallError, RuntimeError
    nil # Not kept, kept where a user may not read, or damaged.
  end
end

RubyVM::InstructionSequence.singleton_class.prepend(CompiledRuby)
