package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.base.Quoted;
import io.holdfast.base.Secret;
import io.holdfast.engine.schedule.Zones;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The process's environment. A variable that is set but empty counts as unset. Secrets may stand
/// in a file that `NAME_FILE` names.
public record Environment(Map<String, String> variables) {
  private static final int SECRET_FILE_BYTES_MAX = 64 << 10;
  private static final String FILE = "_FILE";

  /// Variables that say together who somebody is. Whoever is somebody else for a second store by
  /// one of them is nothing of the first by the others: a store must not see another's secrets.
  private static final List<List<String>> IDENTITIES =
      List.of(
          List.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
          List.of(
              "AZURE_STORAGE_CONNECTION_STRING",
              "AZURE_STORAGE_KEY",
              "AZURE_STORAGE_SAS_TOKEN",
              "AZURE_TENANT_ID",
              "AZURE_CLIENT_ID",
              "AZURE_CLIENT_SECRET",
              "AZURE_FEDERATED_TOKEN_FILE"),
          List.of("HOLDFAST_SFTP_PASSWORD", "HOLDFAST_SFTP_KEY_PASSPHRASE"));

  public Environment {
    variables = Map.copyOf(variables);
  }

  public Optional<String> text(String name) {
    return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
  }

  /// The value of `name`, or the content of the file that `name_FILE` names, without the line end.
  public Optional<Secret> secret(String name) {
    Optional<String> direct = text(name);
    Optional<String> file = text(name + FILE);
    if (direct.isPresent() && file.isPresent()) {
      throw new BackupException(
          ErrorCode.BAD_CONFIGURATION,
          "both " + name + " and " + name + "_FILE are set",
          "Unset one of them.");
    }
    return direct.map(Secret::new).or(() -> file.map(path -> read(name + FILE, path)));
  }

  /// The time zone that `TZ` names, if it is set.
  ///
  /// @throws BackupException `BAD_CONFIGURATION` if it is not the name of a zone
  public Optional<ZoneId> zone() {
    return text("TZ")
        .map(
            set -> {
              // The colon before a name is of POSIX.
              String name = set.startsWith(":") ? set.substring(1) : set;
              try {
                return Zones.named(name);
              } catch (BackupException e) {
                throw new BackupException(
                    ErrorCode.BAD_CONFIGURATION,
                    "TZ is " + Quoted.of(set) + ", which is no time zone of the IANA database",
                    e.hint(),
                    e);
              }
            });
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

  /// The variables as a second store sees them: `prefix` and a name stand for that name. If that is
  /// a part of an identity, other parts of the first store's are left out.
  public Map<String, String> overriddenBy(String prefix) {
    Map<String, String> all = new HashMap<>(variables);
    for (List<String> identity : IDENTITIES) {
      List<String> names = identity.stream().flatMap(name -> Stream.of(name, name + FILE)).toList();
      if (names.stream().anyMatch(name -> text(prefix + name).isPresent())) {
        names.forEach(all::remove);
      }
    }
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

  /// Where a server keeps its data if nobody says another place. A server of root does not keep it
  /// in root's home, which the user that PostgreSQL runs as could not reach.
  public Path dataHome() {
    Optional<String> xdg = text("XDG_DATA_HOME");
    if (xdg.isPresent()) {
      return Path.of(xdg.get()).resolve("holdfast");
    }
    Optional<String> home = text("HOME").filter(it -> !it.equals("/root"));
    return home.map(it -> Path.of(it).resolve(".local/share/holdfast"))
        .orElseGet(() -> Path.of("/var/lib/holdfast"));
  }

  /// Says nothing about the variables, which hold secrets.
  @Override
  public String toString() {
    return "Environment";
  }
}
