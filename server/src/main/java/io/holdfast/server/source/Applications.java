package io.holdfast.server.source;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.application.Application;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The host applications of the configuration.
public final class Applications {
  /// The scope that is the whole account.
  public static final String FULL = Application.FULL;

  private final Map<String, Application> byName;

  public Applications(List<Application> applications) {
    this.byName =
        applications.stream()
            .collect(Collectors.toUnmodifiableMap(Application::name, Function.identity()));
  }

  public List<Application> all() {
    return List.copyOf(byName.values());
  }

  /// Empty if there is none.
  public Optional<Application> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /// @throws BackupException `BAD_CONFIGURATION` if it was taken out of the configuration
  public Application require(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BAD_CONFIGURATION,
                    "there is no application " + Quoted.of(name),
                    "The section 'applications' names them."));
  }

  /// The scope map of a word.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if the application has no such scope
  public static Path map(Application application, String scope) {
    return Optional.ofNullable(application.scopes().get(scope))
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BAD_ARGUMENT,
                    "application " + application.name() + " has no scope " + Quoted.of(scope),
                    "Give one of: "
                        + String.join(
                            ", ", application.scopes().keySet().stream().sorted().toList())
                        + "."));
  }
}
