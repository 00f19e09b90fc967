package io.holdfast.server.source;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Options;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The sources of the configuration, each with its repository, which is opened when it is needed
/// first. Thread-safe.
public final class Sources implements AutoCloseable {
  private final Map<String, Holdfast> byName = new LinkedHashMap<>();

  /// @param options one for each source
  public Sources(List<Options> options) {
    for (Options one : options) {
      byName.put(one.settings().source(), Holdfast.of(one));
    }
  }

  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /// @throws BackupException `SOURCE_UNKNOWN`
  public Holdfast require(String source) {
    return Optional.ofNullable(byName.get(source))
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.SOURCE_UNKNOWN,
                    "there is no source " + Quoted.of(source),
                    "The configuration has: " + String.join(", ", names()) + "."));
  }

  /// Where the server saves what is its own: the repository of the first source.
  public Optional<Holdfast> first() {
    return byName.values().stream().findFirst();
  }

  /// The only source, or the one that was named.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if none was named and there are several
  public String choose(Optional<String> named) {
    if (named.isPresent()) {
      Holdfast _ = require(named.get());
      return named.get();
    }
    if (byName.size() == 1) {
      return names().getFirst();
    }
    throw new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "no source was named, and there are " + byName.size(),
        "Name one with 'source': " + String.join(", ", names()) + ".");
  }

  /// Waits for the operations that run.
  @Override
  public void close() {
    byName.values().forEach(Holdfast::close);
  }
}
