package io.holdfast.server.overview;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.server.backup.RepositoryLooks;
import io.holdfast.server.source.Repositories;
import io.holdfast.server.source.Sources;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/api/stats`: figures by the day.
@RestController
@RequestMapping("/api/stats")
class StatsController {
  private static final int DAYS_MAX = 366;

  private final Statistics statistics;
  private final Sources sources;
  private final Repositories repositories;
  private final RepositoryLooks looks;

  StatsController(
      Statistics statistics, Sources sources, Repositories repositories, RepositoryLooks looks) {
    this.statistics = statistics;
    this.sources = sources;
    this.repositories = repositories;
    this.looks = looks;
  }

  /// @param from the first day, in UTC
  /// @param storage of all repositories, or of that of the source
  record Stats(
      LocalDate from,
      int days,
      List<Statistics.RunsOfDay> runs,
      List<Statistics.BackupsOfDay> backups,
      List<Statistics.StorageOfDay> storage) {}

  @GetMapping
  Stats show(@RequestParam(defaultValue = "30") int days, @RequestParam Optional<String> source) {
    if (days < 1 || days > DAYS_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          days + " days cannot be shown",
          "Give 1 to " + DAYS_MAX + " with 'days'.");
    }
    Optional<String> repository =
        source.map(
            name -> {
              var _ = sources.require(name);
              return repositories.nameOf(name);
            });
    LocalDate first = statistics.first(days);
    Map<String, String> names = names();
    return new Stats(
        first,
        days,
        statistics.runs(first, source),
        statistics.backups(first, source),
        statistics.storage(first).stream()
            .map(it -> named(it, names))
            .filter(it -> repository.isEmpty() || repository.get().equals(it.repository()))
            .toList());
  }

  /// Of repositories that are no longer configured the id stands for the name.
  private static Statistics.StorageOfDay named(
      Statistics.StorageOfDay day, Map<String, String> names) {
    return new Statistics.StorageOfDay(
        day.day(),
        names.getOrDefault(day.repository(), day.repository()),
        day.backups(),
        day.size(),
        day.storedBytes());
  }

  private Map<String, String> names() {
    Map<String, RepositoryLooks.Look> found = looks.all();
    Map<String, String> names = new HashMap<>();
    for (Repositories.Repository one : repositories.all()) {
      Optional.ofNullable(found.get(one.place()))
          .flatMap(RepositoryLooks.Look::repository)
          .ifPresent(id -> names.putIfAbsent(id, one.name()));
    }
    return names;
  }
}
