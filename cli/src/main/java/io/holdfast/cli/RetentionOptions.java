package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.retention.Caps;
import io.holdfast.engine.retention.Keep;
import io.holdfast.engine.retention.KeepRules;
import io.holdfast.engine.retention.RetentionFile;
import io.holdfast.engine.retention.RetentionPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
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
      description = "Keep the newest of each of the last N days that have one.")
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

  @Option(
      names = "--window",
      paramLabel = "TIME",
      description =
          "Keep what recovery to every moment of so long a time needs: what ended within it, and the"
              + " newest before.")
  @Nullable String window;

  @Option(
      names = "--max-age",
      paramLabel = "TIME",
      description = "Forget what began longer ago, also if an option keeps it.")
  @Nullable String maxAge;

  @Option(
      names = "--max-count",
      paramLabel = "N",
      description = "Forget what is not among the newest N, also if an option keeps it.")
  @Nullable Integer maxCount;

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      description = "The time zone of hours, days and so on, for example Europe/Berlin; else UTC.")
  @Nullable String zone;

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
    boolean typed =
        !places.isEmpty()
            || Stream.of(within, window, maxAge, maxCount, zone).anyMatch(Objects::nonNull);
    Path file = policy;
    if (file == null) {
      return typed ? Optional.of(typed(places)) : Optional.empty();
    }
    if (typed) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "both --policy and --keep options were given",
          "Write what to keep into the file, or give all of it as options.");
    }
    return Optional.of(RetentionFile.read(workingDirectory.resolve(file)));
  }

  private RetentionPolicy typed(Map<Keep, Integer> places) {
    Integer count = maxCount;
    String zoneName = zone;
    return new RetentionPolicy(
        new KeepRules(places, time(within)),
        new Caps(time(maxAge), count == null ? 0 : count),
        time(window),
        zoneName == null ? RetentionPolicy.DEFAULT_ZONE : RetentionFile.zone(zoneName));
  }

  private static Duration time(@Nullable String text) {
    return text == null ? Duration.ZERO : RetentionFile.duration(text);
  }

  private static void put(Map<Keep, Integer> places, Keep keep, @Nullable Integer count) {
    if (count != null) {
      places.put(keep, count);
    }
  }
}
