package io.holdfast.engine.dump;

import io.holdfast.postgres.url.ConnectionUrl;
import java.io.IOException;
import java.util.List;

/// What has to be done with a restored database before it counts as restored.
@FunctionalInterface
public interface AfterRestore {
  /// For those who want the database as it was.
  AfterRestore NOTHING = (_, _, _) -> List.of();

  /// @param source of the dump
  /// @param database its name in the dump
  /// @param restored where it is now
  /// @return what was done, for people
  List<String> run(String source, String database, ConnectionUrl restored) throws IOException;
}
