package io.holdfast.engine.api;

import io.holdfast.base.Cancellation;
import io.holdfast.engine.config.Flags;
import java.nio.file.Path;
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
}
