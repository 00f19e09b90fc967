package io.holdfast.engine.embedded;

import java.util.Properties;

/// A PostgreSQL server of our own that runs. Closing stops it.
public interface OwnServer extends AutoCloseable {
  /// The superuser, and the database that belongs to it.
  String NAME = "holdfast";

  /// For JDBC; says nothing of who connects.
  String url();

  /// What a connection of a role takes beside the URL. There are no passwords: whoever reaches the
  /// socket could read the files as well.
  Properties properties(String role);

  /// False if it ended although this is open: then it is of no use any more.
  boolean isRunning();

  @Override
  void close();
}
