package io.holdfast.engine.dump;

import io.holdfast.postgres.url.ConnectionUrl;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// What has to be done with a restored database before it counts as restored.
@FunctionalInterface
public interface AfterRestore {
  /// For those who want the database as it was.
  AfterRestore NOTHING = (_, _, _) -> List.of();

  /// What of the database came from the dump.
  enum Extent {
    /// All of it.
    WHOLE,
    /// Some of it: other rows were there before, and nobody knows from here which.
    PART
  }

  /// The database that was dumped.
  ///
  /// @param source of the dump
  /// @param database its name in the dump
  /// @param identity of the cluster and the database in it, if the dump says it
  record Origin(String source, String database, Optional<String> identity) {}

  /// @param restored where it is now
  /// @return what was done, or is to be done, for people
  List<String> run(Origin origin, ConnectionUrl restored, Extent extent) throws IOException;
}
