package io.holdfast.postgres.server;

import java.nio.file.Path;

/// The programs of one PostgreSQL version.
///
/// @param majorVersion for example 17
/// @param fullVersion as `postgres --version` prints it, for example `17.11` or `18beta1`
/// @param directory where the programs lie
public record ServerPrograms(int majorVersion, String fullVersion, Path directory) {
  /// The path of one program, whether it exists or not.
  public Path program(String name) {
    return directory.resolve(name);
  }
}
