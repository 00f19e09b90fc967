package io.holdfast.engine;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.Progress;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.engine.config.TransferLimits;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.Throttle;
import java.time.InstantSource;
import java.util.Map;

/// What every use case needs from outside: time, randomness, waiting, where progress goes, whether
/// to stop, and the environment variables that stores take their credentials from.
public record EngineContext(
    InstantSource clock,
    Entropy entropy,
    Pause pause,
    Progress progress,
    Cancellation cancellation,
    Map<String, String> environment) {
  public EngineContext {
    environment = Map.copyOf(environment);
  }

  /// The same with other environment variables.
  public EngineContext withEnvironment(Map<String, String> other) {
    return new EngineContext(clock, entropy, pause, progress, cancellation, other);
  }

  /// Says nothing about the environment, which holds secrets.
  @Override
  public String toString() {
    return "EngineContext";
  }

  StoreContext storeContext() {
    return storeContext(TransferLimits.NONE);
  }

  /// One pace for all transfers of the store that it opens.
  StoreContext storeContext(TransferLimits limits) {
    return new StoreContext(
        clock, entropy, environment, Throttle.of(limits.upload(), limits.download(), clock, pause));
  }
}
