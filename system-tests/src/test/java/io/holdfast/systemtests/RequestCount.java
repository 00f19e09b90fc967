package io.holdfast.systemtests;

import io.holdfast.storage.web.testing.FaultProxy;
import io.holdfast.storage.web.testing.FaultProxy.Fault;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestReporter;

/// Counts the requests that arrive at a bucket, step by step, and reports them. *Thread-safe.*
final class RequestCount {
  private final TestReporter reporter;
  private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);

  private RequestCount(TestReporter reporter) {
    this.reporter = reporter;
  }

  static RequestCount at(FaultProxy proxy, TestReporter reporter) {
    RequestCount count = new RequestCount(reporter);
    proxy.choose(count::count);
    return count;
  }

  enum Kind {
    PUT,
    GET,
    HEAD,
    LIST,
    DELETE
  }

  record Requests(Map<Kind, Integer> counts) {
    int of(Kind kind) {
      return counts.getOrDefault(kind, 0);
    }
  }

  /// What something is that takes its time.
  interface Step {
    void run() throws Exception;
  }

  /// What a command asks for.
  Requests of(Program program, String name, String... command) throws IOException {
    forget();
    program.expect(0, command);
    return reported(name);
  }

  /// What arrives while a step is done.
  Requests during(String name, Step step) throws Exception {
    forget();
    step.run();
    return reported(name);
  }

  private synchronized Fault count(String line) {
    String method = line.substring(0, line.indexOf(' '));
    Kind kind =
        method.equals("GET") && line.contains("list-type=2")
            ? Kind.LIST
            : Stream.of(Kind.values())
                .filter(known -> known.name().equals(method))
                .findFirst()
                .orElseThrow(() -> new AssertionError("unexpected request " + line));
    counts.merge(kind, 1, Integer::sum);
    return Fault.none();
  }

  private synchronized void forget() {
    counts.clear();
  }

  private synchronized Requests reported(String name) {
    Requests requests = new Requests(Map.copyOf(counts));
    StringBuilder line = new StringBuilder();
    for (Kind kind : Kind.values()) {
      line.append(kind.name().toLowerCase(Locale.ROOT)).append(' ').append(requests.of(kind));
      line.append(' ');
    }
    reporter.publishEntry(name, line.toString().trim());
    return requests;
  }
}
