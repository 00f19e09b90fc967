package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Entropy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/// A repository in a directory, and commands for it at any time.
final class TestRepository {
  /// The key that opens it.
  static final Map<String, String> KEY = Map.of("BACKUP_ENCRYPTION_KEY", "07".repeat(32));

  /// What a command said.
  record Result(int status, String out, String err) {
    /// Requires that it went well.
    Result good() {
      assertThat(status).as(err).isZero();
      return this;
    }
  }

  private final Path directory;
  private Duration ahead = Duration.ZERO;

  /// @param directory where commands run; the repository is made below it
  TestRepository(Path directory) {
    this.directory = directory;
    run("init").good();
  }

  Path path() {
    return directory.resolve("repository");
  }

  /// From now on commands are run so long after today.
  void goAhead(Duration fromToday) {
    ahead = fromToday;
  }

  Result run(String... args) {
    return run(Map.of(), args);
  }

  /// With more variables.
  Result run(Map<String, String> more, String... args) {
    Map<String, String> environment = new HashMap<>(KEY);
    environment.put("BACKUP_DIR", path().toString());
    environment.putAll(more);
    InstantSource clock = () -> InstantSource.system().instant().plus(ahead);
    TestContext context = new TestContext(environment, directory, Entropy.secure(), clock);
    int status = context.run(args);
    return new Result(status, context.stdout(), context.stderr());
  }
}
