# frozen_string_literal: true

module Heddle
  module Chef
    # A key of a guarded mash whose values are not all there yet. Whoever copies the storage
    # of the mash without calling a method of it, as `**` and much of C do, has to ask each key for its
    # hash in order to store it: this one ends the run instead. The mash itself never shows it.
    class Tripwire
      QUIET = :heddle_tripwire_quiet
      DELETE = Hash.instance_method(:delete)
      private_constant :QUIET, :DELETE

      # @param inputs [Inputs] who ends the run
      def initialize(inputs)
        @inputs = inputs
      end

      # @param mash [GuardedMash]
      # @return [Tripwire] itself
      def stretch(mash)
        thread = Thread.current
        thread[QUIET] = true
        mash.regular_writer(self, nil)
        self
      ensure
        thread[QUIET] = false
      end

      # @param mash [GuardedMash]
      def take_from(mash)
        thread = Thread.current
        thread[QUIET] = true
        DELETE.bind_call(mash, self)
      ensure
        thread[QUIET] = false
      end

      # @raise [Heddle::Abort] when somebody stores it elsewhere
      def hash
        Thread.current[QUIET] ? super : trip
      end

      # `ENV.update(map)` and `system(map, ...)` look at each key and value, and so wait of
      # themselves. There a variable without a value means that it is not set.
      #
      # @return [String]
      def to_str
        "HEDDLE_TRIPWIRE"
      end

      # @return [String] without what it refers to
      def inspect
        "#<heddle tripwire>"
      end
      alias to_s inspect

      private

      def trip
        @inputs.refuse(Error.new("usage", "a map of node attributes is copied by Ruby itself (`**` or a method written in C) " \
                                          "before the inputs in it have arrived", exit_code: 2,
          details: { "notes" => ["what is copied there would stand for a value without being it"],
                     "next" => ["copy what `to_h` gives, which waits: { **settings(node).to_h }"] }))
      end
    end
  end
end
