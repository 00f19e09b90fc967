package io.holdfast.engine.api;

import io.holdfast.base.Entropy;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.config.Environment;
import java.time.InstantSource;

/// Time and chance, which a test may make its own.
public record World(InstantSource clock, Entropy entropy, Pause pause) {
  /// The clock of this machine, secure random numbers, and waiting that takes its time.
  public static World real() {
    return new World(InstantSource.system(), Entropy.secure(), Pause.real());
  }

  EngineContext context(Environment environment, Watch watch) {
    return new EngineContext(
        clock, entropy, pause, watch.progress(), watch.cancellation(), environment.variables());
  }
}
