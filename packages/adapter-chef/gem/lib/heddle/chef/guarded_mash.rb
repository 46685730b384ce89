# frozen_string_literal: true

require_relative "pending"
require_relative "early_releases"
require_relative "immutable"
require_relative "lazy_branch"

module Heddle
  module Chef
    # A merged mash on the way to an input. Reading one key waits for that key
    # only; methods that show no values never wait; every other method, also one
    # that a future Ruby brings, first waits for the values that hang right here.
    # Mashes below are guarded themselves, so `each` waits for nobody else's leaves.
    class GuardedMash < ::Chef::Node::ImmutableMash
      # Methods that show no values, or go through `[]`.
      OPEN = %i[
        [] read read! dig values_at
        key? has_key? include? member? attribute? keys each_key size length empty?
        default default_proc compare_by_identity?
        internal_get internal_set regular_reader regular_writer
      ].freeze

      # Methods that name the keys they look at, and how many of their arguments are keys.
      KEYED = { fetch: 1, fetch_values: nil, slice: nil }.freeze

      # Methods of every object that show the content of this one.
      SHOWING = %i[== != === =~ !~ <=> eql? hash to_s clone dup freeze display pretty_inspect to_enum enum_for].freeze

      RAW_REPLACE = Hash.instance_method(:replace)
      private_constant :RAW_REPLACE

      # @param local [Object] the merged value at this place; anything but a map, or what gives one, is covered
      # @param branch [Hash] the part of the input tree below this place
      # @param inputs [Inputs]
      # @return [GuardedMash, LazyBranch] a lazy one where the cookbook's own value is lazy
      # @raise [Heddle::Abort] if an input's path goes through a list of the cookbook's own
      def self.weave(local, branch, inputs)
        return lazily(local, branch, inputs) if local.is_a?(::Chef::DelayedEvaluator)

        refuse_index(branch, inputs) if local.is_a?(Array)
        mash = new
        # The merge has made a tree that nobody else has: its storage is taken over as it is.
        RAW_REPLACE.bind_call(mash, local) if local.is_a?(::Chef::Node::ImmutableMash)
        branch.each do |key, below|
          inner = mash.internal_get(key)
          woven = below.is_a?(Hash) ? weave(inner, below, inputs) : Pending.for(inputs, below, inner)
          # Not is_a?, which would look at a value.
          GuardedMash === woven ? mash.regular_writer(key, woven) : mash.hang(key, woven)
        end
        mash.watch(inputs)
      end

      # Chef may instance_exec the block elsewhere: it uses nothing but locals.
      def self.lazily(local, branch, inputs)
        LazyBranch.new do
          given = Immutable.evaluated(local)
          GuardedMash.weave(GuardedMash === given ? given.heddle_settle : Immutable.wrap(given), branch, inputs)
        end
      end
      private_class_method :lazily

      # Covering the list with a map would change what `each` and `[0]` give, silently.
      def self.refuse_index(branch, inputs)
        key, below = branch.find { |name, _| name.match?(/\A\d+\z/) }
        return unless key

        below = below.values.first while below.is_a?(Hash)
        list = below.path.take(below.path.index(key)).join(".")
        inputs.refuse(Error.new("wrong-type", "the input #{below.name} goes through the index of a list: " \
                                              "node attribute #{list} is an Array", exit_code: 26,
          details: { "notes" => ["declare #{list}, with the whole list as its value"] }))
      end
      private_class_method :refuse_index

      # Put an input's value at a key, or what stands for it; or a lazy map that holds inputs.
      #
      # @api private
      def hang(key, pending)
        (@heddle_leaves ||= {})[key] = pending
        known = pending.heddle_known?
        @heddle_open = true unless known
        regular_writer(key, known ? pending.call : pending)
      end

      # All that hangs here is in place: from now on a copy of the storage is noticed.
      #
      # @api private
      # @return [GuardedMash] itself
      def watch(inputs)
        @heddle_tripwire = inputs.tripwire.stretch(self) if @heddle_open
        self
      end

      # Wait for the values that hang right here, and keep them.
      #
      # @api private
      def heddle_settle
        settle
      end

      # @return [Array<String>]
      def keys
        @heddle_tripwire ? super - [@heddle_tripwire] : super
      end

      # Waits for the one value. In C it would make the storage anew.
      #
      # @return [Array(String, Object), nil]
      def assoc(key)
        found = keys.find { |own| own == key }
        [found, self[found]] if found
      end

      # Waits for nothing.
      def each_key(&block)
        return keys.each unless block

        keys.each(&block)
        self
      end

      # @return [Integer]
      def size
        @heddle_tripwire ? super - 1 : super
      end
      alias length size

      # True for a declared input, whether or not its value is there yet.
      def exist?(*path)
        key, *rest = path
        return super if path.empty?
        return key?(key) if rest.empty? || !key?(key)

        inner = internal_get(convert_key(key))
        # Not is_a?, which would look at a value.
        GuardedMash === inner ? inner.exist?(*rest) : super
      end

      # Waits only if a block or an argument looks at values.
      def count(*args, &block)
        return size if args.empty? && block.nil?

        settle
        super
      end

      # In the text of a NameError it neither waits nor shows a delivered value.
      def inspect
        return settle && super unless ErrorTexts.wording?

        pairs = keys.map do |key|
          shown = @heddle_leaves&.dig(key)&.placeholder || internal_get(key).inspect
          "#{key.inspect}=>#{shown}"
        end
        "{#{pairs.join(", ")}}"
      end

      KEYED.each do |name, limit|
        define_method(name) do |*args, &block|
          settle(args.first(limit || args.size))
          super(*args, &block)
        end
      end

      # @return [Array<Symbol>] the methods that first wait for this mash's own leaves
      def self.settling_methods
        untouched = OPEN + KEYED.keys + instance_methods(false) +
                    ::Chef::Node::Mixin::ImmutablizeHash::DISALLOWED_MUTATOR_METHODS
        of_every_object = [Kernel, BasicObject]
        superclass.public_instance_methods.reject do |name|
          next true if untouched.include?(name) || name.start_with?("__")

          of_every_object.include?(superclass.instance_method(name).owner) && !SHOWING.include?(name)
        end
      end

      settling_methods.each do |name|
        define_method(name) do |*args, &block|
          settle
          super(*args, &block)
        end
        ruby2_keywords(name)
      end

      private

      # Wait for the values that hang right here and keep them.
      def settle(keys = nil)
        (keys || @heddle_leaves&.keys)&.each do |key|
          key = convert_key(key)
          value = internal_get(key)
          regular_writer(key, value.call) if Pending === value || LazyBranch === value
        end
        unwatch unless keys
        self
      end

      def unwatch
        return unless @heddle_tripwire

        @heddle_tripwire.take_from(self)
        @heddle_tripwire = nil
      end
    end
  end
end
