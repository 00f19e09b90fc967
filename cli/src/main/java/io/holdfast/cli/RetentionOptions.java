package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.maintenance.Keep;
import io.holdfast.engine.maintenance.RetentionFile;
import io.holdfast.engine.maintenance.RetentionPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// A retention policy as options, or as the name of a file.
final class RetentionOptions {
  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description = "Read what to keep from a YAML file: lines such as 'keep-daily: 14'.")
  @Nullable Path policy;

  @Option(names = "--keep-last", paramLabel = "N", description = "Keep the newest N backups.")
  @Nullable Integer last;

  @Option(
      names = "--keep-hourly",
      paramLabel = "N",
      description = "Keep the newest of each of the last N hours that have one.")
  @Nullable Integer hourly;

  @Option(
      names = "--keep-daily",
      paramLabel = "N",
      description = "Keep the newest of each of the last N days (UTC) that have one.")
  @Nullable Integer daily;

  @Option(
      names = "--keep-weekly",
      paramLabel = "N",
      description = "The same for weeks, from Monday on.")
  @Nullable Integer weekly;

  @Option(names = "--keep-monthly", paramLabel = "N", description = "The same for months.")
  @Nullable Integer monthly;

  @Option(names = "--keep-yearly", paramLabel = "N", description = "The same for years.")
  @Nullable Integer yearly;

  @Option(
      names = "--keep-within",
      paramLabel = "TIME",
      description = "Keep everything that began so short a time ago, for example 36h, 14d or 8w.")
  @Nullable String within;

  /// The policy, if one was given.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if it was given twice or keeps nothing
  Optional<RetentionPolicy> read(Path workingDirectory) {
    Map<Keep, Integer> places = new EnumMap<>(Keep.class);
    put(places, Keep.LAST, last);
    put(places, Keep.HOURLY, hourly);
    put(places, Keep.DAILY, daily);
    put(places, Keep.WEEKLY, weekly);
    put(places, Keep.MONTHLY, monthly);
    put(places, Keep.YEARLY, yearly);
    boolean typed = !places.isEmpty() || within != null;
    Path file = policy;
    if (file == null) {
      String time = within;
      return typed
          ? Optional.of(
              new RetentionPolicy(
                  places, time == null ? Duration.ZERO : RetentionFile.duration(time)))
          : Optional.empty();
    }
    if (typed) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "both --policy and --keep options were given",
          "Write what to keep into the file, or give all of it as options.");
    }
    return Optional.of(RetentionFile.read(workingDirectory.resolve(file)));
  }

  private static void put(Map<Keep, Integer> places, Keep keep, @Nullable Integer count) {
    if (count != null) {
      places.put(keep, count);
    }
  }
}
