package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.base.Secret;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.repository.Domain;
import io.holdfast.repository.Repository;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a command works with.
///
/// @param repository a path or URL
/// @param source the name of the cluster in the repository
/// @param url the database for SQL, empty where the command needs none
/// @param directUrl the same server without a pooler, for replication; falls back to `url`
/// @param slot the replication slot of the WAL stream
/// @param configFile which file was read, for messages
/// @param limits how fast bytes may go to the repository and come from it
/// @param domain the key domain that backups of the source are in
/// @param compression how hard backups compress what they store in the repository
public record Settings(
    String repository,
    KeySource key,
    String source,
    Optional<Secret> url,
    Optional<Secret> directUrl,
    String slot,
    Optional<String> configFile,
    TransferLimits limits,
    String domain,
    CompressionLevel compression) {
  private static final Pattern SOURCE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]{0,62}");

  public Settings {
    requireSource(source);
    Domain.requireDataName(domain);
  }

  /// @throws BackupException `BAD_ARGUMENT` if no source can have that name
  public static void requireSource(String source) {
    if (!SOURCE_NAME.matcher(source).matches()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Quoted.of(source) + " cannot be the name of a source",
          "Use 1 to 63 letters, digits, dots and hyphens, beginning with a letter or digit.");
    }
  }

  /// Of source `main` and without a database, with all defaults.
  public static Settings of(String repository, KeySource key) {
    return new Settings(
        repository,
        key,
        "main",
        Optional.empty(),
        Optional.empty(),
        SettingsResolver.defaultSlot("main"),
        Optional.empty());
  }

  /// The same for another source, with the slot that belongs to it.
  public Settings withSource(String other) {
    return new Settings(
        repository,
        key,
        other,
        url,
        directUrl,
        SettingsResolver.defaultSlot(other),
        configFile,
        limits,
        domain,
        compression);
  }

  /// The same with the URL of a database. It must lead to the server itself, not to a pooler.
  public Settings withUrl(Secret other) {
    return new Settings(
        repository,
        key,
        source,
        Optional.of(other),
        Optional.empty(),
        slot,
        configFile,
        limits,
        domain,
        compression);
  }

  /// The same in another key domain.
  public Settings withDomain(String other) {
    return new Settings(
        repository, key, source, url, directUrl, slot, configFile, limits, other, compression);
  }

  /// The same with other limits of speed.
  public Settings withLimits(TransferLimits other) {
    return new Settings(
        repository, key, source, url, directUrl, slot, configFile, other, domain, compression);
  }

  /// The same with another repository.
  public Settings withRepository(String other, KeySource itsKey) {
    return new Settings(
        other, itsKey, source, url, directUrl, slot, configFile, limits, domain, compression);
  }

  /// The same with another compression.
  public Settings withCompression(CompressionLevel other) {
    return new Settings(
        repository, key, source, url, directUrl, slot, configFile, limits, domain, other);
  }

  /// With the default compression.
  public Settings(
      String repository,
      KeySource key,
      String source,
      Optional<Secret> url,
      Optional<Secret> directUrl,
      String slot,
      Optional<String> configFile,
      TransferLimits limits,
      String domain) {
    this(
        repository,
        key,
        source,
        url,
        directUrl,
        slot,
        configFile,
        limits,
        domain,
        CompressionLevel.DEFAULT);
  }

  /// In the main domain.
  public Settings(
      String repository,
      KeySource key,
      String source,
      Optional<Secret> url,
      Optional<Secret> directUrl,
      String slot,
      Optional<String> configFile,
      TransferLimits limits) {
    this(repository, key, source, url, directUrl, slot, configFile, limits, Repository.MAIN_DOMAIN);
  }

  /// In the main domain, without limits of speed.
  public Settings(
      String repository,
      KeySource key,
      String source,
      Optional<Secret> url,
      Optional<Secret> directUrl,
      String slot,
      Optional<String> configFile) {
    this(repository, key, source, url, directUrl, slot, configFile, TransferLimits.NONE);
  }

  /// The URL for replication and everything else that a pooler breaks.
  public Secret requireDirectUrl() {
    return directUrl.or(() -> url).orElseThrow(Settings::noUrl);
  }

  /// The URL for SQL.
  public Secret requireUrl() {
    return url.or(() -> directUrl).orElseThrow(Settings::noUrl);
  }

  /// Hosts and database of the source, for people; empty where it has no URL, or none that can be
  /// read.
  public Optional<String> address() {
    try {
      return directUrl.or(() -> url).map(its -> ConnectionUrl.parse(its).toString());
    } catch (BackupException _) {
      return Optional.empty();
    }
  }

  private static BackupException noUrl() {
    return new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "no database URL was given",
        "Set DATABASE_URL (or POSTGRES_URL), or use --url postgresql://user@host/database.");
  }
}
