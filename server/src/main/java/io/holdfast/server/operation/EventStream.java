package io.holdfast.server.operation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.engine.api.World;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunProgress;
import io.holdfast.server.run.RunStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/// What a run tells, as server-sent events, until it ends. Every event has the number of the last
/// line before it as its id, so that whoever was cut off goes on from there. *Confined*.
final class EventStream {
  /// Behind the number of the last line in the id of the last event.
  static final String END = "-end";

  static final Duration STEP = Duration.ofMillis(500);
  static final Duration HEARTBEAT = Duration.ofSeconds(15);
  static final Duration LONGEST = Duration.ofMinutes(10);

  private static final int LINES_AT_ONCE = 500;
  private static final String AGAIN_AFTER = "retry: 2000\n\n";

  private final World world;
  private final Supplier<Run> look;
  private final IntFunction<List<LogRows.Line>> linesAfter;
  private final Function<Object, String> json;
  private final BooleanSupplier stopping;
  private final OutputStream out;
  private int last;
  private Optional<State> told = Optional.empty();
  private Instant lastWritten;

  private record State(RunStatus status, RunProgress progress) {}

  /// @param look finds the run as it is now, and fails if whoever asks may not see it any more
  /// @param linesAfter some of the lines behind a number, in order
  /// @param json on one line
  /// @param stopping whether the server ends
  /// @param last the line after which it begins
  EventStream(
      World world,
      Supplier<Run> look,
      IntFunction<List<LogRows.Line>> linesAfter,
      Function<Object, String> json,
      BooleanSupplier stopping,
      OutputStream out,
      int last) {
    this.world = world;
    this.look = look;
    this.linesAfter = linesAfter;
    this.json = json;
    this.stopping = stopping;
    this.out = out;
    this.last = last;
    this.lastWritten = world.clock().instant();
  }

  static int linesAtOnce() {
    return LINES_AT_ONCE;
  }

  /// Writes until the run has ended, it is time to end, or nobody reads any more.
  ///
  /// @throws IOException if nobody reads any more
  void run() throws IOException, InterruptedException {
    Instant until = world.clock().instant().plus(LONGEST);
    write(AGAIN_AFTER);
    while (!tellNew()) {
      if (stopping.getAsBoolean() || !world.clock().instant().isBefore(until)) {
        return;
      }
      if (!world.clock().instant().isBefore(lastWritten.plus(HEARTBEAT))) {
        write(": still here\n\n");
      }
      world.pause().await(STEP);
    }
  }

  /// @return whether that was the end. The run is looked at before its lines are, which were all
  ///   written before its end was.
  private boolean tellNew() throws IOException {
    Run run = look.get();
    boolean isWhole = tellLines();
    if (run.status().isEnd() && isWhole) {
      event("end", last + END, OperationView.of(run));
      return true;
    }
    State state = new State(run.status(), run.progress());
    if (!run.status().isEnd() && !told.equals(Optional.of(state))) {
      told = Optional.of(state);
      event(
          "progress",
          String.valueOf(last),
          Map.of("status", run.status().word(), "progress", run.progress()));
    }
    return false;
  }

  /// @return whether there are no more for now
  private boolean tellLines() throws IOException {
    List<LogRows.Line> lines = linesAfter.apply(last);
    for (LogRows.Line line : lines) {
      last = line.number();
      event("log", String.valueOf(last), Map.of("at", line.at(), "text", line.text()));
    }
    return lines.size() < LINES_AT_ONCE;
  }

  private void event(String name, String id, Object data) throws IOException {
    write("id: " + id + "\nevent: " + name + "\ndata: " + json.apply(data) + "\n\n");
  }

  private void write(String text) throws IOException {
    out.write(text.getBytes(UTF_8));
    out.flush();
    lastWritten = world.clock().instant();
  }
}
