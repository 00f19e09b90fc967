package io.holdfast.engine.api;

import io.holdfast.base.Cancellation;
import io.holdfast.engine.config.Flags;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// The server that `holdfast serve` starts. It is found by `ServiceLoader`, so that the commands do
/// not carry what it needs.
public interface ServerProgram {
  /// What was said on the command line.
  ///
  /// @param port where it listens; 0 for any that is free; empty for what the configuration says
  /// @param data the directory of the embedded catalog; empty for what the configuration says
  record Request(Flags flags, OptionalInt port, Optional<Path> data) {}

  /// Serves until it is asked to stop, then lets running work end.
  ///
  /// @param say gets what a person should read at the start: the address, and how to sign in
  /// @throws io.holdfast.base.BackupException if it cannot start
  void serve(
      Configuration configuration,
      Request request,
      Cancellation cancellation,
      Consumer<String> say);

  /// What was said on the command line of a rebuild.
  ///
  /// @param data as of [Request]
  /// @param from the saved catalog; empty for the newest of the only one
  record RebuildRequest(Flags flags, Optional<Path> data, Optional<String> from, Extent extent) {}

  /// How far a rebuild goes.
  enum Extent {
    /// It only says what it would do.
    PLAN,
    ALL
  }

  /// What came of a rebuild, or would.
  ///
  /// @param document for JSON
  /// @param lines for people
  record Rebuilt(Map<String, Object> document, List<String> lines) {
    public Rebuilt {
      document = Collections.unmodifiableMap(new LinkedHashMap<>(document));
      lines = List.copyOf(lines);
    }
  }

  /// Makes a lost catalog anew from what a server saved in the repository. Nothing that somebody
  /// uses is written over.
  ///
  /// @throws io.holdfast.base.BackupException if there is nothing to take, or no place for it
  Rebuilt rebuildCatalog(Configuration configuration, RebuildRequest request);
}
