package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.base.Secret;
import io.holdfast.engine.application.Application;
import io.holdfast.engine.application.StorePlace;
import io.holdfast.engine.application.TokenKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads what applications of the file refer to: their keys, and their maps, which are only looked
/// at. *Confined.*
///
/// @param workingDirectory what relative paths are relative to
/// @param problems where everything is put that is wrong, with its line
record ApplicationFiles(Environment environment, Path workingDirectory, List<String> problems) {
  private static final int KEY_BYTES_MAX = 64 << 10;

  /// The application, unless something is wrong with what it refers to.
  Optional<Application> read(ApplicationEntry entry) {
    int before = problems.size();
    SortedMap<String, Placed<Path>> scopes = new TreeMap<>();
    entry
        .scopes()
        .forEach(
            (word, map) ->
                scopes.put(word, new Placed<>(workingDirectory.resolve(map.value()), map.place())));
    new ApplicationMaps(scopes, problems).check(List.of(entry.audio(), entry.documents()));
    Optional<TokenKey> key = key(entry);
    if (key.isEmpty() || problems.size() > before) {
      return Optional.empty();
    }
    SortedMap<String, Path> maps = new TreeMap<>();
    scopes.forEach((word, map) -> maps.put(word, map.value()));
    return Optional.of(
        new Application(
            entry.name(),
            entry.source(),
            maps,
            stores(entry),
            entry.audio().value(),
            entry.documents().value(),
            entry.operator(),
            key.get(),
            entry.origins()));
  }

  private Map<String, StorePlace> stores(ApplicationEntry entry) {
    Map<String, StorePlace> stores = new TreeMap<>();
    entry
        .stores()
        .forEach(
            (name, place) ->
                stores.put(
                    name,
                    switch (place) {
                      case StorePlace.Directory(var directory) ->
                          new StorePlace.Directory(workingDirectory.resolve(directory));
                      case StorePlace.Bucket bucket -> bucket;
                    }));
    return stores;
  }

  private Optional<TokenKey> key(ApplicationEntry entry) {
    String variable = variable(entry.name());
    try {
      Optional<Secret> given = environment.secret(variable);
      if (given.isPresent()) {
        return Optional.of(parsed(variable, given.get()));
      }
    } catch (BackupException e) {
      problems.add(entry.place() + ": " + e.text());
      return Optional.empty();
    }
    Optional<Placed<Path>> file = entry.tokenKeyFile();
    if (file.isEmpty()) {
      problems.add(
          entry.place()
              + ": it has neither tokenKeyFile nor a key in "
              + variable
              + ", and without one its tokens cannot be checked");
      return Optional.empty();
    }
    try {
      return Optional.of(TokenKey.parse(text(file.get().value())));
    } catch (BackupException e) {
      problems.add(file.get().problem(e.text()));
      return Optional.empty();
    }
  }

  private static TokenKey parsed(String variable, Secret text) {
    try {
      return TokenKey.parse(text);
    } catch (BackupException e) {
      throw new BackupException(e.code(), variable + ": " + e.text(), e.hint(), e);
    }
  }

  static String variable(String application) {
    return "HOLDFAST_APPLICATION_"
        + application.toUpperCase(Locale.ROOT).replace('-', '_')
        + "_KEY";
  }

  /// The name of the file stays out of messages: it may be the secret itself.
  private Secret text(Path named) {
    try {
      Path file = workingDirectory.resolve(named);
      if (Files.size(file) > KEY_BYTES_MAX) {
        throw bad("the file has " + Files.size(file) + " bytes, which is more than any key has");
      }
      return new Secret(Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw bad("the file cannot be read: " + FileReason.of(e));
    }
  }

  private static BackupException bad(String what) {
    return new BackupException(
        ErrorCode.BAD_CONFIGURATION, what, "Name a file with a public key in PEM or a secret.");
  }
}
