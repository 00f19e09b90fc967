package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.base.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The process's environment. A variable that is set but empty counts as unset. Secrets may stand
/// in a file that `NAME_FILE` names.
public record Environment(Map<String, String> variables) {
  private static final int SECRET_FILE_BYTES_MAX = 64 << 10;

  public Environment {
    variables = Map.copyOf(variables);
  }

  public Optional<String> text(String name) {
    return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
  }

  /// The value of `name`, or the content of the file that `name_FILE` names, without the line end.
  public Optional<Secret> secret(String name) {
    Optional<String> direct = text(name);
    Optional<String> file = text(name + "_FILE");
    if (direct.isPresent() && file.isPresent()) {
      throw new BackupException(
          ErrorCode.BAD_CONFIGURATION,
          "both " + name + " and " + name + "_FILE are set",
          "Unset one of them.");
    }
    return direct.map(Secret::new).or(() -> file.map(path -> read(name + "_FILE", path)));
  }

  /// The first of several names that is set.
  public Optional<Secret> firstSecret(String... names) {
    for (String name : names) {
      Optional<Secret> value = secret(name);
      if (value.isPresent()) {
        return value;
      }
    }
    return Optional.empty();
  }

  private static Secret read(String variable, String named) {
    try {
      Path file = Path.of(named);
      if (Files.size(file) > SECRET_FILE_BYTES_MAX) {
        throw new BackupException(
            ErrorCode.BAD_CONFIGURATION,
            variable + " names a file of " + Files.size(file) + " bytes",
            "A secret is one short line.");
      }
      return new Secret(Files.readString(file, StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      throw new BackupException(
          ErrorCode.BAD_CONFIGURATION,
          variable
              + " names a file that cannot be read"
              + (named.matches("[./~].*") ? ": " + named + " (" + FileReason.of(e) + ")" : ""),
          "Check the path and its permissions; it is shown only if it begins with '/' or '.',"
              + " because a secret may have been put in its place.");
    }
  }

  /// The variables as a second store sees them: `prefix` and a name stand for that name.
  public Map<String, String> overriddenBy(String prefix) {
    Map<String, String> all = new HashMap<>(variables);
    variables.forEach(
        (name, value) -> {
          if (name.startsWith(prefix) && name.length() > prefix.length()) {
            all.put(name.substring(prefix.length()), value);
          }
        });
    return Map.copyOf(all);
  }

  /// Where a user's own configuration lives.
  public Path configHome() {
    Optional<String> xdg = text("XDG_CONFIG_HOME");
    if (xdg.isPresent()) {
      return Path.of(xdg.get());
    }
    return Path.of(text("HOME").orElse("/etc")).resolve(text("HOME").isPresent() ? ".config" : "");
  }
}
