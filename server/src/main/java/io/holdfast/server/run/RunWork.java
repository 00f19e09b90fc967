package io.holdfast.server.run;

import io.holdfast.engine.api.Watch;
import java.util.Map;

/// Does what a run asks for.
@FunctionalInterface
public interface RunWork {
  /// Works in the calling thread and returns what the API shows.
  ///
  /// @throws io.holdfast.base.BackupException as the engine's operations do; `CANCELLED` once the
  ///   watch asked for the end
  Map<String, Object> execute(Run run, Watch watch);
}
