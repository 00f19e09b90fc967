package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.engine.config.ConfigFile.RepositoryEntry;
import io.holdfast.engine.config.ConfigFile.SourceEntry;
import io.holdfast.repository.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Decides every setting: a flag wins over the environment, the environment over the file, the file
/// over the default.
public final class SettingsResolver {
  /// What the repository is called where nobody named it.
  private static final String ONLY_REPOSITORY = "main";

  private final Environment environment;
  private final Path workingDirectory;

  public SettingsResolver(Environment environment, Path workingDirectory) {
    this.environment = environment;
    this.workingDirectory = workingDirectory;
  }

  /// Of the source that is named, or of `main`.
  public Settings resolve(Flags flags) {
    // Schedules are not looked at here, so a zone that is wrong makes no difference.
    Optional<ConfigFile> file = configFile(flags, ConfigFile.DEFAULT_ZONE);
    return resolve(flags, flags.source() == null ? "main" : flags.source(), file, Urls.OF_ALL);
  }

  /// Whose URLs are taken.
  enum Urls {
    OF_ALL,
    NOT_OF_THE_ENVIRONMENT;

    List<String> of(String... variables) {
      return switch (this) {
        case OF_ALL -> List.of(variables);
        case NOT_OF_THE_ENVIRONMENT -> List.of();
      };
    }
  }

  Settings resolve(Flags flags, String source, Optional<ConfigFile> file, Urls urls) {
    if (flags.repositoryFlag().filter(String::isBlank).isPresent()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "--repo is empty",
          "Name a directory, or leave the option out to use $BACKUP_DIR.");
    }
    Optional<SourceEntry> sourceEntry = file.map(f -> f.sources().get(source));
    Optional<RepositoryEntry> repositoryEntry = repositoryEntry(file, sourceEntry);
    String repository =
        repositorySaid(flags)
            .or(() -> repositoryEntry.map(RepositoryEntry::url))
            .orElse("./backups");
    return new Settings(
        absolute(repository),
        key(flags, repositoryEntry),
        source,
        url(
            flags.url(),
            urls.of("DATABASE_URL", "POSTGRES_URL"),
            sourceEntry.flatMap(SourceEntry::url)),
        url(flags.directUrl(), urls.of("DIRECT_URL"), sourceEntry.flatMap(SourceEntry::directUrl)),
        sourceEntry.flatMap(SourceEntry::slot).orElse(defaultSlot(source)),
        file.map(ConfigFile::path),
        new TransferLimits(
            limit(
                "--limit-upload",
                flags.limitUpload(),
                repositoryEntry.flatMap(RepositoryEntry::limitUpload)),
            limit(
                "--limit-download",
                flags.limitDownload(),
                repositoryEntry.flatMap(RepositoryEntry::limitDownload))),
        environment
            .text("BACKUP_DOMAIN")
            .or(() -> sourceEntry.flatMap(SourceEntry::domain))
            .orElse(Repository.MAIN_DOMAIN),
        compression(repositoryEntry));
  }

  /// Where the repository is, if something says so that wins over the file.
  private Optional<String> repositorySaid(Flags flags) {
    return flags
        .repositoryFlag()
        .or(() -> environment.text("BACKUP_DIR"))
        .or(() -> environment.text("BACKUP_STORAGE_PATH"));
  }

  /// What the file calls the repository of a source; `main` where it is not the file's.
  String repositoryName(Flags flags, String source, Optional<ConfigFile> file) {
    if (repositorySaid(flags).isPresent()) {
      return ONLY_REPOSITORY;
    }
    Optional<SourceEntry> sourceEntry = file.map(f -> f.sources().get(source));
    return file.flatMap(its -> repositoryNameIn(its, sourceEntry)).orElse(ONLY_REPOSITORY);
  }

  private CompressionLevel compression(Optional<RepositoryEntry> repository) {
    return environment
        .text(CompressionLevel.VARIABLE)
        .map(text -> CompressionLevel.parse(CompressionLevel.VARIABLE, text))
        .or(
            () ->
                repository
                    .flatMap(RepositoryEntry::compressionLevel)
                    .map(
                        text ->
                            CompressionLevel.parse("compressionLevel of the configuration", text)))
        .orElse(CompressionLevel.DEFAULT);
  }

  private static OptionalLong limit(String name, @Nullable String flag, Optional<String> fromFile) {
    return Optional.ofNullable(flag)
        .or(() -> fromFile)
        .map(text -> OptionalLong.of(TransferLimits.parse(name, text)))
        .orElse(OptionalLong.empty());
  }

  /// Settings of a second repository: where a copy goes, or what a new one shall be like.
  ///
  /// @param named a path or URL, or the name of a repository of the configuration file
  /// @param keyFile as said on the command line, if it was
  /// @param variables what its variables begin with: `BACKUP_TO_ENCRYPTION_KEY` for `BACKUP_TO_`
  /// @param first whose key opens it where nothing else is said
  public Settings second(
      Flags flags, String named, Optional<String> keyFile, String variables, Settings first) {
    if (named.isBlank()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the second repository has an empty name",
          "Name a directory, a URL or a repository of the configuration file.");
    }
    Optional<RepositoryEntry> entry =
        configFile(flags, ConfigFile.DEFAULT_ZONE).map(file -> file.repositories().get(named));
    KeySource key =
        keyFile
            .<KeySource>map(file -> new KeySource.File(keyPath("the option", file)))
            .or(() -> keyOfVariables(variables))
            .or(
                () ->
                    entry
                        .flatMap(RepositoryEntry::keyFile)
                        .map(file -> keyPath("keyFile of the configuration", file))
                        .map(KeySource.File::new))
            .orElse(first.key());
    return first
        .withRepository(absolute(entry.map(RepositoryEntry::url).orElse(named)), key)
        .withCompression(compression(entry));
  }

  private Optional<KeySource> keyOfVariables(String prefix) {
    Optional<Secret> hex = environment.secret(prefix + "ENCRYPTION_KEY");
    Optional<Secret> passphrase = environment.secret(prefix + "PASSPHRASE");
    Optional<String> file = environment.text(prefix + "KEY_FILE");
    long given =
        List.of(hex.isPresent(), passphrase.isPresent(), file.isPresent()).stream()
            .filter(g -> g)
            .count();
    if (given > 1) {
      throw new BackupException(
          ErrorCode.BAD_CONFIGURATION,
          "more than one of %1$sENCRYPTION_KEY, %1$sPASSPHRASE and %1$sKEY_FILE is set"
              .formatted(prefix),
          "Keep the one that opens the repository and unset the others.");
    }
    return hex.<KeySource>map(KeySource.Hex::new)
        .or(() -> passphrase.map(KeySource.Passphrase::new))
        .or(() -> file.map(path -> new KeySource.File(keyPath(prefix + "KEY_FILE", path))));
  }

  /// The slot that belongs to a source where nothing else is said.
  public static String defaultSlot(String source) {
    String safe = source.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
    return "holdfast_" + safe.substring(0, Math.min(safe.length(), 50));
  }

  /// The file that is to be read, if there is one.
  ///
  /// @param zone of schedules that name none
  Optional<ConfigFile> configFile(Flags flags, ZoneId zone) {
    Optional<String> named =
        Optional.ofNullable(flags.configFile()).or(() -> environment.text("HOLDFAST_CONFIG"));
    if (named.isPresent()) {
      return Optional.of(ConfigFile.read(workingDirectory.resolve(named.get()), zone));
    }
    for (Path candidate :
        List.of(
            workingDirectory.resolve("holdfast.yaml"), Path.of("/etc/holdfast/holdfast.yaml"))) {
      if (Files.isReadable(candidate)) {
        return Optional.of(ConfigFile.read(candidate, zone));
      }
    }
    return Optional.empty();
  }

  private static Optional<RepositoryEntry> repositoryEntry(
      Optional<ConfigFile> file, Optional<SourceEntry> source) {
    return file.flatMap(
        its ->
            repositoryNameIn(its, source)
                .flatMap(name -> Optional.ofNullable(its.repositories().get(name))));
  }

  /// The one that the source names, the only one, or `main`; whether it is there or not.
  private static Optional<String> repositoryNameIn(ConfigFile file, Optional<SourceEntry> source) {
    Set<String> names = file.repositories().keySet();
    return source
        .flatMap(SourceEntry::repository)
        .or(() -> names.size() == 1 ? names.stream().findFirst() : Optional.of(ONLY_REPOSITORY));
  }

  private KeySource key(Flags flags, Optional<RepositoryEntry> repository) {
    if (flags.keyFile() != null) {
      return new KeySource.File(keyPath("--key-file", flags.keyFile()));
    }
    Optional<Secret> hex = environment.secret("BACKUP_ENCRYPTION_KEY");
    Optional<Secret> passphrase =
        environment.firstSecret("BACKUP_PASSPHRASE", "BACKUP_ENCRYPTION_SECRET");
    Optional<String> file = environment.text("BACKUP_KEY_FILE");
    long given =
        List.of(hex.isPresent(), passphrase.isPresent(), file.isPresent()).stream()
            .filter(g -> g)
            .count();
    if (given > 1) {
      throw new BackupException(
          ErrorCode.BAD_CONFIGURATION,
          "more than one of BACKUP_ENCRYPTION_KEY, BACKUP_PASSPHRASE and BACKUP_KEY_FILE is set",
          "Keep the one that opens the repository and unset the others.");
    }
    if (hex.isPresent()) {
      return new KeySource.Hex(hex.get());
    }
    if (passphrase.isPresent()) {
      return new KeySource.Passphrase(passphrase.get());
    }
    return file.map(path -> keyPath("BACKUP_KEY_FILE", path))
        .or(
            () ->
                repository
                    .flatMap(RepositoryEntry::keyFile)
                    .map(path -> keyPath("keyFile of the configuration", path)))
        .<KeySource>map(KeySource.File::new)
        .orElseGet(
            () ->
                new KeySource.DefaultFile(
                    environment.configHome().resolve("holdfast").resolve("key")));
  }

  /// A key in the place of a file's name would be shown in messages, and `init` would make a file
  /// that is named by it.
  private Path keyPath(String where, String path) {
    if (path.matches("[0-9A-Fa-f]{64,}")) {
      throw new BackupException(
          ErrorCode.BAD_CONFIGURATION,
          where + " holds a key instead of the name of a file",
          "Set BACKUP_ENCRYPTION_KEY to the key, or name a file that holds it.");
    }
    return workingDirectory.resolve(path);
  }

  private Optional<Secret> url(
      @Nullable String flag, List<String> names, Optional<String> fromFile) {
    if (flag != null) {
      return Optional.of(new Secret(flag));
    }
    return environment
        .firstSecret(names.toArray(String[]::new))
        .or(() -> fromFile.map(Secret::new));
  }

  private String absolute(String repository) {
    boolean isUrl = repository.matches("[A-Za-z][A-Za-z0-9+.-]*:.*");
    return isUrl ? repository : workingDirectory.resolve(repository).normalize().toString();
  }
}
