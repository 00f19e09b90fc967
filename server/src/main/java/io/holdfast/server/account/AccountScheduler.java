package io.holdfast.server.account;

import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.plan.Rate;
import io.holdfast.engine.plan.Tier;
import io.holdfast.engine.plan.Tiers;
import io.holdfast.engine.schedule.CatchUp;
import io.holdfast.engine.schedule.CatchUp.Decision;
import io.holdfast.engine.schedule.CatchUp.Missed;
import io.holdfast.engine.schedule.MissedPolicy;
import io.holdfast.engine.schedule.Schedule;
import io.holdfast.server.run.MissedSlots;
import io.holdfast.server.run.NewRun;
import io.holdfast.server.run.Origin;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunRequest.TenantBackup.Assets;
import io.holdfast.server.run.RunRequest.TenantBackup.Sealing;
import io.holdfast.server.run.RunRows;
import io.holdfast.server.run.RunStore;
import io.holdfast.server.run.RunTerms;
import io.holdfast.server.schedule.ScheduleStore;
import io.holdfast.server.source.Applications;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/// Makes backups of accounts by themselves, as their settings and tiers say: at night, at a moment
/// that stays the same for each account. Any number of nodes may do that at the same time.
public final class AccountScheduler {
  private static final Logger LOG = LoggerFactory.getLogger(AccountScheduler.class);
  private static final int BATCH = 50;
  private static final int BATCHES_MAX = 400;

  private static final String COLUMNS =
      """
      SELECT a.id, a.application, a.external_id, a.tier, c.rate, c.handled, c.next_due,
             s.auto_backup, s.frequency, s.include_audio, s.include_documents, s.retention_days,
             s.max_backups, s.encrypt_backups
        FROM accounts a LEFT JOIN account_settings s ON s.account = a.id
      """;

  private final JdbcClient jdbc;
  private final TransactionOperations transactions;
  private final RunStore runs;
  private final ScheduleStore schedules;
  private final Applications applications;
  private final Tiers tiers;
  private final ZoneId zone;

  public AccountScheduler(
      JdbcClient jdbc,
      TransactionOperations transactions,
      RunStore runs,
      ScheduleStore schedules,
      Applications applications,
      Tiers tiers,
      ZoneId zone) {
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.runs = runs;
    this.schedules = schedules;
    this.applications = applications;
    this.tiers = tiers;
    this.zone = zone;
  }

  /// When backups of a rate are made.
  private Schedule schedule(Rate rate) {
    return Schedule.parse(
        switch (rate) {
          case HOURLY -> "hourly at :00 jitter 55m";
          case DAILY -> "daily at 01:00 jitter 4h";
          case WEEKLY -> "weekly on Sun at 01:00 jitter 4h";
          case MONTHLY -> "monthly on 1 at 01:00 jitter 4h";
        },
        zone);
  }

  private static String name(UUID account) {
    return "account." + account;
  }

  /// What is due for accounts.
  ///
  /// @return whether a run was queued
  public boolean tick() {
    ScheduleStore.Scheduling scheduling = schedules.scheduling();
    if (scheduling.state() == ScheduleStore.State.STOPPED) {
      return false;
    }
    boolean queued = false;
    for (int batch = 0; batch < BATCHES_MAX; batch++) {
      Batch done =
          Optional.ofNullable(transactions.execute(_ -> handle(scheduling.changedAt())))
              .orElse(new Batch(0, 0));
      queued |= done.queued() > 0;
      if (done.looked() < BATCH) {
        break;
      }
    }
    return queued;
  }

  private record Batch(int looked, int queued) {}

  /// An account with what is known of its schedule.
  private record Row(
      UUID id,
      String application,
      String externalId,
      Tier tier,
      Optional<Rate> rate,
      Optional<Instant> handled,
      Optional<AccountSettings> settings) {}

  private Batch handle(Instant notBefore) {
    Instant now = runs.now();
    List<Row> rows =
        jdbc.sql(
                COLUMNS
                    + """
                       LEFT JOIN account_schedules c ON c.account = a.id
                       WHERE c.next_due <= catalog_now() OR c.account IS NULL
                       ORDER BY c.next_due NULLS LAST, a.id LIMIT :max FOR UPDATE OF a SKIP LOCKED
                      """)
            .param("max", BATCH)
            .query((row, _) -> row(row))
            .list();
    int queued = 0;
    for (Row row : rows) {
      queued += handleOne(row, now, notBefore);
    }
    return new Batch(rows.size(), queued);
  }

  /// One that fails blocks no other.
  private int handleOne(Row row, Instant now, Instant notBefore) {
    try {
      return handle(row, now, notBefore) ? 1 : 0;
    } catch (DataAccessException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.warn("the backups of account {} cannot be scheduled", row.id(), e);
      keep(row.id(), row.rate().orElse(Rate.DAILY), now, now.plusSeconds(60));
      return 0;
    }
  }

  private boolean handle(Row row, Instant now, Instant notBefore) {
    Optional<Rate> rate = settings(row).effective(tiers, row.tier());
    if (rate.isEmpty()) {
      // Never due; a change of its settings makes a new one.
      never(row.id());
      return false;
    }
    if (row.handled().isEmpty() || !row.rate().equals(rate)) {
      plan(row.id(), rate.get(), now);
      return false;
    }
    Instant handled = row.handled().get();
    Decision decision =
        new CatchUp(schedule(rate.get()), name(row.id()), MissedPolicy.byDefault())
            .decide(handled.isBefore(notBefore) ? notBefore : handled, now);
    boolean queued =
        switch (decision) {
          case Decision.Nothing() -> false;
          case Decision.Run(var slot, var missed) -> run(row, slot, missed);
          case Decision.LetPass(var slots) -> {
            miss(row, slots.last(), MissedSlots.nobody(slots.count(), slots.first()));
            yield false;
          }
        };
    plan(row.id(), rate.get(), decision.handled().orElse(now));
    return queued;
  }

  private boolean run(Row row, Instant slot, Missed missed) {
    if (runs.hasOpen(name(row.id()))) {
      miss(row, slot, MissedSlots.overlap(1, slot));
      return false;
    }
    if (missed instanceof Missed.Slots slots) {
      miss(row, slots.last(), MissedSlots.nobody(slots.count(), slots.first()));
    }
    return runs.submit(wanted(row, slot)).isPresent();
  }

  private void miss(Row row, Instant slot, MissedSlots missed) {
    Optional<UUID> _ = runs.miss(wanted(row, slot), missed);
  }

  private NewRun wanted(Row row, Instant slot) {
    AccountSettings settings = settings(row);
    Set<Assets> included = EnumSet.noneOf(Assets.class);
    if (settings.includeAudioFiles()) {
      included.add(Assets.AUDIO);
    }
    if (settings.includeDocuments()) {
      included.add(Assets.DOCUMENTS);
    }
    return new NewRun(
        new RunRequest.TenantBackup(
            new RunRequest.Owner(row.id(), row.application(), row.externalId()),
            Applications.FULL,
            row.externalId(),
            included,
            List.of(),
            settings.encryptBackups() ? Sealing.SEALED : Sealing.PLAIN),
        applications.require(row.application()).source(),
        new Origin.Schedule(name(row.id()), slot),
        RunTerms.ofAttempts(Plan.DEFAULT_ATTEMPTS));
  }

  private AccountSettings settings(Row row) {
    return row.settings().orElseGet(() -> AccountSettings.usual(tiers, row.tier()));
  }

  /// When the account's next backup is due by itself.
  ///
  /// @param frequency what is really done; `disabled` for nothing
  public record Next(String frequency, Optional<Instant> nextBackup) {}

  /// What the account's settings come to.
  Next next(UUID account, Tier tier, AccountSettings settings) {
    Optional<Rate> rate = settings.effective(tiers, tier);
    Optional<Instant> planned =
        jdbc.sql("SELECT next_due FROM account_schedules WHERE account = :account AND rate = :rate")
            .param("account", account)
            .param("rate", rate.map(Rate::word).orElse(AccountSettings.DISABLED))
            .query((row, _) -> RunRows.instant(row, "next_due"))
            .optional();
    return new Next(
        rate.map(Rate::word).orElse(AccountSettings.DISABLED),
        rate.flatMap(it -> planned.or(() -> due(account, it, runs.now()))));
  }

  private Optional<Instant> due(UUID account, Rate rate, Instant after) {
    Schedule schedule = schedule(rate);
    return schedule.next(after).map(slot -> schedule.dueAt(slot, name(account)));
  }

  /// The account's settings are others now: its next backup is due at the next moment of these.
  void changed(UUID account, Tier tier, AccountSettings settings) {
    settings
        .effective(tiers, tier)
        .ifPresentOrElse(rate -> plan(account, rate, runs.now()), () -> never(account));
  }

  private void plan(UUID account, Rate rate, Instant handled) {
    due(account, rate, handled)
        .ifPresentOrElse(next -> keep(account, rate, handled, next), () -> never(account));
  }

  private void never(UUID account) {
    int _ =
        jdbc.sql(
                """
                INSERT INTO account_schedules (account, rate, handled, next_due)
                VALUES (:account, 'disabled', catalog_now(), 'infinity')
                ON CONFLICT (account) DO UPDATE SET rate = 'disabled', handled = catalog_now(),
                       next_due = 'infinity'
                """)
            .param("account", account)
            .update();
  }

  private void keep(UUID account, Rate rate, Instant handled, Instant next) {
    int _ =
        jdbc.sql(
                """
                INSERT INTO account_schedules (account, rate, handled, next_due)
                VALUES (:account, :rate, :handled, :next)
                ON CONFLICT (account) DO UPDATE SET rate = excluded.rate,
                       handled = excluded.handled, next_due = excluded.next_due
                """)
            .param("account", account)
            .param("rate", rate.word())
            .param("handled", handled.atOffset(ZoneOffset.UTC))
            .param("next", next.atOffset(ZoneOffset.UTC))
            .update();
  }

  private static Row row(ResultSet row) throws SQLException {
    Optional<String> rate =
        Optional.ofNullable(row.getString("rate")).filter(it -> !it.equals("disabled"));
    return new Row(
        row.getObject("id", UUID.class),
        row.getString("application"),
        row.getString("external_id"),
        Tier.valueOf(row.getString("tier").toUpperCase(Locale.ROOT)),
        rate.map(Rate::parse),
        Optional.ofNullable(row.getObject("handled", OffsetDateTime.class))
            .map(OffsetDateTime::toInstant),
        AccountSettingsStore.maybe(row));
  }
}
