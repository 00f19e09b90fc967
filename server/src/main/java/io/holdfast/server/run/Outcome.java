package io.holdfast.server.run;

import java.util.Map;

/// How a run ended.
public sealed interface Outcome {
  /// @param result what the API shows, as JSON can hold it
  record Completed(Map<String, Object> result) implements Outcome {}

  record Failed(Failure failure) implements Outcome {}

  /// Somebody asked for it to end.
  record Cancelled() implements Outcome {}
}
