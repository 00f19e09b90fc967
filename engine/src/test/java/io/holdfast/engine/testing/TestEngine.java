package io.holdfast.engine.testing;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.Progress;
import io.holdfast.base.Secret;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.config.KeySource;
import io.holdfast.engine.config.Settings;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/// What use cases need from outside, for tests.
public final class TestEngine {
  /// The key of repositories that tests make.
  public static final String KEY = "00112233445566778899aabbccddeeff".repeat(2);

  private TestEngine() {}

  /// Real time and chance; nobody watches.
  public static EngineContext context() {
    return context(new Cancellation());
  }

  public static EngineContext context(Cancellation cancellation) {
    return new EngineContext(
        InstantSource.system(),
        Entropy.secure(),
        Pause.real(),
        Progress.NONE,
        cancellation,
        Map.of());
  }

  /// Settings of source `main` with a repository at `directory` and no server.
  public static Settings settings(Path directory) {
    return settings(directory, Optional.empty());
  }

  public static Settings settings(Path directory, Optional<Secret> url) {
    return new Settings(
        directory.toString(),
        new KeySource.Hex(new Secret(KEY)),
        "main",
        url,
        Optional.empty(),
        "holdfast_main",
        Optional.empty());
  }
}
