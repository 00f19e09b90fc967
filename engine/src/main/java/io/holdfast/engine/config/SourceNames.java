package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.util.Optional;
import java.util.Set;

/// The sources that other sections may name. Where none is defined there is `main`.
///
/// @param names those that are defined, also if something is wrong with them
record SourceNames(Set<String> names) {
  SourceNames {
    names = Set.copyOf(names.isEmpty() ? Set.of(ConfigFile.ONLY_SOURCE) : names);
  }

  /// The one that `source` names, or the only one there is.
  Optional<String> of(AskedMap map) {
    return map.has("source") ? map.value("source", this::defined) : map.whole(this::only);
  }

  private String defined(String source) {
    if (!names.contains(source)) {
      throw bad(
          "source " + Quoted.of(source) + " is not defined" + SourcesSection.known(names),
          "Define it in the section sources, or name another one.");
    }
    return source;
  }

  private String only() {
    if (names.size() > 1) {
      throw bad(
          "it names no source, and there are several" + SourcesSection.known(names),
          "Say which one, for example 'source: erp'.");
    }
    return names.iterator().next();
  }

  private static BackupException bad(String what, String hint) {
    return new BackupException(ErrorCode.BAD_ARGUMENT, what, hint);
  }
}
