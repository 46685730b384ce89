# frozen_string_literal: true

require_relative "guarded_mash"

module Heddle
  module Chef
    # Methods of Hash that are written in C copy or compare the storage of a Hash that they
    # are given without calling any method of it. They look at every value, so a guarded
    # mash among their arguments first waits for its own.
    module Copies
      # On Hash. Mash has methods of its own, which call `each_pair`.
      module IntoHash
        # @api private
        def merge(*others)
          Copies.settle(others)
          super
        end

        # @api private
        def merge!(*others)
          Copies.settle(others)
          super
        end

        # @api private
        def update(*others)
          Copies.settle(others)
          super
        end

        # @api private
        def replace(other)
          other.heddle_settle if GuardedMash === other
          super
        end

        %i[== eql? <= < >= >].each do |name|
          define_method(name) do |other|
            other.heddle_settle if GuardedMash === other
            super(other)
          end
        end
      end

      # On Hash itself.
      module NewHash
        # @api private
        def [](*others)
          Copies.settle(others)
          super
        end
      end

      # @api private
      def self.settle(others)
        others.each { |other| other.heddle_settle if GuardedMash === other }
      end

      # Once a role with inputs runs.
      def self.install
        Hash.prepend(IntoHash)
        Hash.singleton_class.prepend(NewHash)
      end
    end
  end
end
