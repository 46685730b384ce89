# frozen_string_literal: true

# One run of Chef for all examples of a group: a run takes seconds. The group says what
# runs, in a method `scene`: the agent and the run.
RSpec.shared_context "with one run for all" do
  before(:all) do
    @agent, @run = scene
    @result = @run.call(agent: @agent)
    @said = @run.said
  end

  after(:all) do
    @agent.stop
    @run.clean
  end

  it "converges" do
    expect(@result.exit_code).to eq(0), @result.output
  end
end
