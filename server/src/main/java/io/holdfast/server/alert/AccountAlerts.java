package io.holdfast.server.alert;

import io.holdfast.engine.notify.Event;
import io.holdfast.engine.notify.Notice;
import io.holdfast.engine.notify.Observation;
import io.holdfast.server.run.Failure;
import io.holdfast.server.run.Origin;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/// What is wrong with the scheduled backups of accounts. All accounts of an application that one
/// source has are one thing that can be wrong: when their database is away, every one of them
/// fails. What somebody asked for was answered to whoever asked, and is told to nobody else.
///
/// Failures are gathered for some minutes before they are told, so that the one alert says more
/// than the first of them. To be used in a transaction.
final class AccountAlerts {
  /// How long failures are gathered.
  static final Duration GATHERING = Duration.ofMinutes(5);

  private static final int NAMED_MAX = 5;
  private static final int PROBLEMS_MAX = 3;

  private final JdbcClient jdbc;

  AccountAlerts(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /// Accounts that people are told of at once.
  private record Group(String source, String application) {
    String subject() {
      return source + "/accounts/" + application;
    }
  }

  /// What a look at ends came to.
  record Seen(List<Observation> observations, List<Notice> news) {}

  /// Remembers who failed and who succeeded.
  ///
  /// @param ended in the order of their ends
  Seen lookAtEnds(List<Alerts.Ended> ended) {
    Set<Group> better = new LinkedHashSet<>();
    Map<Group, List<Run>> missed = new LinkedHashMap<>();
    for (Alerts.Ended one : ended) {
      if (one.run().request() instanceof RunRequest.TenantBackup backup) {
        Run run = one.run();
        Group group = new Group(run.source(), backup.owner().application());
        boolean isScheduled = isScheduled(run.origin());
        switch (run.status()) {
          case COMPLETED -> {
            if (isWhole(backup) && forget(backup.owner(), run.source())) {
              better.add(group);
            }
          }
          case FAILED -> {
            if (isScheduled && one.tries() == RunFindings.Tries.LAST) {
              remember(group, backup.owner(), run);
            }
          }
          case MISSED -> {
            if (isScheduled) {
              missed.computeIfAbsent(group, _ -> new ArrayList<>()).add(run);
            }
          }
          case CANCELLED, PENDING, RUNNING -> {}
        }
      }
    }
    List<Notice> news =
        missed.entrySet().stream().map(it -> missed(it.getKey(), it.getValue())).toList();
    return new Seen(over(better, "The last of them was backed up."), news);
  }

  private static boolean isScheduled(Origin origin) {
    return switch (origin) {
      case Origin.Schedule _ -> true;
      case Origin.Request _ -> false;
    };
  }

  /// One that was asked for shows as well that the account can be backed up, if it is all of it.
  private static boolean isWhole(RunRequest.TenantBackup backup) {
    return backup.scopeId().equals(backup.owner().externalId()) && backup.tables().isEmpty();
  }

  private void remember(Group group, RunRequest.Owner owner, Run run) {
    Optional<Failure> failure = run.failure();
    int _ =
        jdbc.sql(
                """
                INSERT INTO account_failures (account, source, application, run, since, problem, hint)
                VALUES (:account, :source, :application, :run, :since, :problem, :hint)
                ON CONFLICT (account, source) DO UPDATE SET run = excluded.run,
                       problem = excluded.problem, hint = excluded.hint
                """)
            .param("account", owner.account())
            .param("source", group.source())
            .param("application", group.application())
            .param("run", run.id())
            .param("since", run.endedAt().orElse(run.createdAt()).atOffset(ZoneOffset.UTC))
            .param("problem", failure.map(it -> it.code() + ": " + it.message()).orElse(""))
            .param("hint", failure.map(Failure::hint).orElse(""))
            .update();
  }

  private boolean forget(RunRequest.Owner owner, String source) {
    return jdbc.sql("DELETE FROM account_failures WHERE account = :account AND source = :source")
            .param("account", owner.account())
            .param("source", source)
            .update()
        > 0;
  }

  /// One notice an hour, whose id says which: the others are the same notice again.
  private static Notice missed(Group group, List<Run> runs) {
    Instant last = runs.getLast().endedAt().orElse(runs.getLast().createdAt());
    List<String> names = runs.stream().map(AccountAlerts::name).distinct().toList();
    List<String> details = new ArrayList<>();
    details.add(
        "Backups of "
            + counted(names.size())
            + " were missed: "
            + named(names.stream().limit(NAMED_MAX).toList(), names.size())
            + ".");
    runs.getFirst().missed().ifPresent(it -> details.add("The first: " + it.why() + "."));
    details.add("More that were missed within this hour are not told.");
    return Notice.news(
        Event.MISSED_RUN, group.subject(), details, last.truncatedTo(ChronoUnit.HOURS), "");
  }

  private static String name(Run run) {
    return run.request() instanceof RunRequest.OfAccount of ? of.owner().externalId() : "";
  }

  /// What has gone on for long enough to be told, and what is over because nobody wants these
  /// backups any more.
  List<Observation> lookAtTime() {
    Set<Group> left = new LinkedHashSet<>();
    jdbc.sql(
            """
            DELETE FROM account_failures f USING account_schedules s
             WHERE s.account = f.account AND s.rate = 'disabled'
            RETURNING f.source, f.application
            """)
        .query(
            row -> {
              left.add(new Group(row.getString(1), row.getString(2)));
            });
    List<Observation> observations =
        new ArrayList<>(over(left, "The accounts that failed want no scheduled backups any more."));
    groups().forEach(group -> observations.add(failing(group)));
    return observations;
  }

  private List<Group> groups() {
    return jdbc.sql(
            """
            SELECT source, application FROM account_failures
             GROUP BY source, application
            HAVING min(since) <= catalog_now() - :gathering * interval '1 s'
             ORDER BY source, application
            """)
        .param("gathering", GATHERING.toSeconds())
        .query((row, _) -> new Group(row.getString(1), row.getString(2)))
        .list();
  }

  private List<Observation> over(Set<Group> groups, String why) {
    return groups.stream()
        .filter(group -> failed(group) == 0)
        .<Observation>map(it -> new Observation.Absent(Event.FAILURE, it.subject(), why))
        .toList();
  }

  private long failed(Group group) {
    return asked("SELECT count(*)", group, "").query(Long.class).single();
  }

  private JdbcClient.StatementSpec asked(String select, Group group, String end) {
    return jdbc.sql(
            select
                + " FROM account_failures f JOIN accounts a ON a.id = f.account"
                + " WHERE f.source = :source AND f.application = :application "
                + end)
        .param("source", group.source())
        .param("application", group.application());
  }

  /// One account whose backup failed.
  private record Failed(String externalId, String run, String problem, String hint) {}

  private Observation failing(Group group) {
    long all = failed(group);
    List<Failed> first =
        asked(
                "SELECT a.external_id, f.run, f.problem, f.hint",
                group,
                "ORDER BY f.since, a.id LIMIT 200")
            .query(
                (row, _) ->
                    new Failed(
                        row.getString("external_id"),
                        row.getString("run"),
                        row.getString("problem"),
                        row.getString("hint")))
            .list();
    List<String> details = new ArrayList<>();
    details.add(
        "Of application "
            + group.application()
            + " "
            + counted(all)
            + " could not be backed up: "
            + named(first.stream().limit(NAMED_MAX).map(Failed::externalId).toList(), all)
            + ".");
    Map<String, Integer> problems = new TreeMap<>();
    first.forEach(it -> problems.merge(it.problem(), 1, Integer::sum));
    problems.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .limit(PROBLEMS_MAX)
        .forEach(it -> details.add(it.getKey()));
    return new Observation.Present(
        Event.FAILURE,
        group.subject(),
        Event.FAILURE.title() + ": " + counted(all) + " of " + group.application(),
        details,
        first.stream().findFirst().map(Failed::run).orElse(""),
        first.stream().findFirst().map(Failed::hint).orElse(""));
  }

  private static String counted(long accounts) {
    return accounts == 1 ? "1 account" : accounts + " accounts";
  }

  private static String named(List<String> first, long all) {
    String names = String.join(", ", first);
    return all > first.size() ? names + " and " + (all - first.size()) + " more" : names;
  }
}
