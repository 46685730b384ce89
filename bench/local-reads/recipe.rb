# Serves the benchmark: each line on the socket is a number of reads; the answer is the time that they took, per depth.
require "socket"

depths = {
  top: lambda do |reads|
    while reads > 0
      node["k"]
      reads -= 1
    end
  end,
  second: lambda do |reads|
    while reads > 0
      node["p"]["k"]
      reads -= 1
    end
  end,
  third: lambda do |reads|
    while reads > 0
      node["p"]["q"]["r"]
      reads -= 1
    end
  end,
}

now = lambda do
  [Process::CLOCK_PROCESS_CPUTIME_ID, Process::CLOCK_MONOTONIC].map { |clock| Process.clock_gettime(clock, :nanosecond) }
end

socket = UNIXSocket.new(node["bench"]["socket"])
socket.puts("#{node["bench"]["label"]} #{Process.pid}")
while (line = socket.gets)
  reads = line.to_i
  break if reads == 0

  GC.start
  GC.disable
  times = depths.values.map do |depth|
    before = now.call
    depth.call(reads)
    now.call.zip(before).map { |after, first| after - first }
  end
  GC.enable
  socket.puts(times.flatten.join(" "))
end

node.default["bench"]["mark"] = "done"
