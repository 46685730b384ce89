# frozen_string_literal: true

require_relative "facts"

module Heddle
  module Chef
    # The nodes of the deployment, as the plan tells them to a role that searches.
    module Peers
      # A declared output of another node. It is read like an {Declaration::Input}, by its name.
      Output = Struct.new(:node, :output, :path, :sensitive, keyword_init: true) do
        # @return [String] for messages
        def name
          "#{node}.#{output}"
        end

        # @return [Boolean] false: a node's own outputs are read from its attributes, see {Own}
        def own
          false
        end

        # @return [String] what stands for its value where that is not shown or not asked for
        def placeholder
          "#<heddle output #{name}>"
        end

        # @return [Hash] the agent's answer
        def ask(client, **options)
          client.await_output(node, output, **options)
        end

        # One output that is found at two paths is asked for once.
        def eql?(other)
          other.is_a?(Output) && name == other.name
        end

        def hash
          name.hash
        end
      end

      # The output that holds a node's facts.
      class FactsOutput < Output
        # @return [Hash] a text for each of them
        def placeholder
          Facts.document { |path| "#<heddle output #{node}.#{path.join(".")}>" }
        end
      end

      # A word that every node tells of its machine, at the path and in the shape that Ohai has it.
      class Word < Output
        PATHS = {
          "ip" => %w[ipaddress], "hostname" => %w[hostname], "fqdn" => %w[fqdn], "ssh_host_keys" => %w[keys ssh],
          "memory_mb" => %w[memory total], "cpus" => %w[cpu total]
        }.each_value(&:freeze).freeze

        # @param output [Output]
        # @return [Word, nil] nil for an output that is no such word, or whose value must not be shown
        def self.of(output)
          path = PATHS[output.output] unless output.sensitive
          new(**output.to_h, path: path) if path
        end

        # @return [Hash] the agent's answer
        def ask(client, **options)
          answer = super
          answer.key?("value") ? answer.merge("value" => shaped(answer["value"])) : answer
        end

        # Found under its own name it is another value.
        def eql?(other)
          other.is_a?(Word) && super
        end

        def hash
          [Word, name].hash
        end

        private

        def shaped(value)
          case output
          when "memory_mb" then value.is_a?(Integer) ? "#{value * 1024}kB" : value
          when "ssh_host_keys" then value.is_a?(Hash) ? keys(value) : value
          else value
          end
        end

        def keys(types)
          types.each_with_object({}) do |(type, key), keys|
            algorithm = type.delete_prefix("ssh-")[/\A[^-]+/].sub("dss", "dsa")
            keys["host_#{algorithm}_public"] = key
            keys["host_#{algorithm}_type"] = type if algorithm == "ecdsa"
          end
        end
      end

      # One node of the plan.
      #
      # run_list: entries as written, of all its Chef roles in order; attributes: their static attributes;
      # outputs: those that are not the facts; facts: the output that holds them, nil where there is none.
      Member = Struct.new(:name, :run_list, :attributes, :outputs, :facts, keyword_init: true) do
        # @return [Boolean] false for a node that some other tool configures
        def chef?
          !run_list.empty?
        end
      end

      # @param peers [Array<Hash>] the `peers` of the agent's answer
      # @return [Array<Member>] in plan order, the members of a group by index
      def self.members(peers)
        peers.flat_map do |peer|
          count = peer["count"]
          names = count.nil? ? [peer["name"]] : Array.new(count) { |index| "#{peer["name"]}-#{index}" }
          names.each_with_index.map { |name, index| member(name, index, peer) }
        end
      end

      def self.member(name, index, peer)
        options = Array(peer["roles"]).filter_map do |role|
          role["options"][index] || role["options"].first if role["adapter"] == "chef"
        end
        run_list = options.flat_map { |told| Array(told["run_list"]) }.uniq
        facts, outputs = outputs(name, peer["outputs"]).partition { |output| output.path == Facts::PATH }
        outputs = [*words(outputs), *outputs, *by_name(outputs)] if run_list.empty?
        Member.new(name: name, run_list: run_list, outputs: outputs, facts: facts.first && FactsOutput.new(**facts.first.to_h),
          attributes: options.inject({}) { |all, told| ::Chef::Mixin::DeepMerge.merge(all, told["attributes"] || {}) })
      end
      private_class_method :member

      def self.outputs(node, declared)
        declared.map do |name, output|
          Output.new(node: node, output: name, path: output["path"], sensitive: output["sensitive"] == true)
        end
      end
      private_class_method :outputs

      # What its machine is, where recipes look for it, unless an output stands there.
      def self.words(outputs)
        taken = outputs.map { |output| [output.output, output.path] }
        outputs.filter_map { |output| Word.of(output) }
               .reject { |word| taken.any? { |name, path| name != word.output && path == word.path } }
      end
      private_class_method :words

      # The paths of other tools are not Chef's: their outputs are found under their names, too.
      def self.by_name(outputs)
        taken = outputs.map { |output| output.path.first }
        outputs.reject { |output| taken.include?(output.output) }
               .map { |output| Output.new(**output.to_h, path: [output.output]) }
      end
      private_class_method :by_name
    end
  end
end
