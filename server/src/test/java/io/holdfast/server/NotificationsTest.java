package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.notify.AlertLimits;
import io.holdfast.engine.notify.AlertRules;
import io.holdfast.engine.notify.Attempts;
import io.holdfast.engine.notify.Channel;
import io.holdfast.engine.notify.Delivery;
import io.holdfast.engine.notify.Event;
import io.holdfast.engine.notify.Notice;
import io.holdfast.engine.notify.Subscription;
import io.holdfast.engine.plan.Job;
import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.schedule.MissedPolicy;
import io.holdfast.engine.schedule.Schedule;
import io.holdfast.server.alert.Alerts;
import io.holdfast.server.alert.Outbox;
import io.holdfast.server.run.Claim;
import io.holdfast.server.run.Failure;
import io.holdfast.server.run.MissedSlots;
import io.holdfast.server.run.NewRun;
import io.holdfast.server.run.Origin;
import io.holdfast.server.run.Outcome;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunTerms;
import io.holdfast.server.run.SqlRunStore;
import io.holdfast.server.schedule.SqlScheduleStore;
import io.holdfast.server.web.Page;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What people are told of runs and schedules, each thing once, over restarts and failures of
/// receivers.
class NotificationsTest {
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofSeconds(30);
  private static final RunRequest FULL = RunRequest.of(Job.FULL, RunRequest.LATEST);

  private static TestCatalog catalog;

  private final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T00:30:00Z"));
  private final List<Notice> told = new CopyOnWriteArrayList<>();
  private volatile Optional<BackupException> refusal = Optional.empty();

  @BeforeAll
  static void start() throws Exception {
    catalog = TestCatalog.start();
  }

  @AfterAll
  static void stop() throws Exception {
    catalog.close();
  }

  @BeforeEach
  void reset() {
    catalog.reset(clock);
    catalog.run("TRUNCATE incidents, notices, deliveries, last_successes, account_failures");
  }

  private SqlRunStore runs() {
    return new SqlRunStore(
        catalog.jdbc(), catalog.transactions(), TestCatalog.json(), UUID::randomUUID);
  }

  private SqlScheduleStore schedules() {
    return new SqlScheduleStore(catalog.jdbc(), catalog.transactions(), TestCatalog.json());
  }

  private Alerts alerts() {
    return new Alerts(
        catalog.jdbc(),
        catalog.transactions(),
        TestCatalog.json(),
        schedules(),
        new AlertRules(AlertLimits.DEFAULT));
  }

  private void advance(Duration step) {
    clock.advance(step);
    catalog.time(clock);
  }

  private Outbox outbox() {
    return outbox(_ -> {});
  }

  private Outbox outbox(Pause pause) {
    Channel channel =
        new Channel() {
          @Override
          public String name() {
            return "test";
          }

          @Override
          public void send(Notice notice) {
            refusal.ifPresent(
                e -> {
                  throw e;
                });
            told.add(notice);
          }
        };
    List<Subscription> all = List.of(new Subscription(channel, EnumSet.allOf(Event.class)));
    return new Outbox(
        catalog.jdbc(),
        TestCatalog.json(),
        all,
        report -> new Delivery(all, Attempts.DEFAULT, pause, report));
  }

  /// What is told of what happened since the last call.
  private List<Event> news() {
    told.clear();
    for (int i = 0; i < 2; i++) {
      alerts().lookAtEnds();
      alerts().lookAtTime();
    }
    try (Outbox outbox = outbox()) {
      outbox.send();
      outbox.finish();
    }
    return told.stream().map(Notice::event).toList();
  }

  private void run(Outcome outcome, RunTerms terms) {
    SqlRunStore runs = runs();
    assertThat(runs.submit(new NewRun(FULL, "erp", new Origin.Request("ada"), terms))).isPresent();
    Claim claim = runs.claim("node", LEASE).orElseThrow();
    assertThat(runs.end(claim, outcome, PAUSE)).isTrue();
  }

  private static Outcome failed(Failure.Chance chance) {
    return new Outcome.Failed(new Failure("HF-2001", "the server is away", "start it", chance));
  }

  private static final Outcome DONE = new Outcome.Completed(Map.of("backup", "erp_full_1"));

  @Test
  void aFailureIsToldOnceAndItsEndOnce() {
    run(failed(Failure.Chance.POINTLESS), RunTerms.ONCE);
    assertThat(news()).containsExactly(Event.FAILURE);
    Notice alert = told.getFirst();
    assertThat(alert.source()).isEqualTo("erp/full");
    assertThat(alert.details()).containsExactly("HF-2001: the server is away");
    assertThat(alert.hint()).isEqualTo("start it");
    assertThat(news()).isEmpty();
    run(failed(Failure.Chance.POINTLESS), RunTerms.ONCE);
    assertThat(news()).as("still the same incident").isEmpty();
    assertThat(alerts().open().open()).hasSize(1);
    run(DONE, RunTerms.ONCE);
    assertThat(news()).containsExactlyInAnyOrder(Event.SUCCESS, Event.RECOVERED);
    assertThat(alerts().open().open()).isEmpty();
    run(DONE, RunTerms.ONCE);
    assertThat(news()).containsExactly(Event.SUCCESS);
  }

  @Test
  void aFailureThatIsTriedAgainIsNotTold() {
    run(failed(Failure.Chance.MAY_HELP), RunTerms.ofAttempts(2));
    assertThat(news()).isEmpty();
    advance(PAUSE);
    Claim second = runs().claim("node", LEASE).orElseThrow();
    assertThat(runs().end(second, failed(Failure.Chance.MAY_HELP), PAUSE)).isTrue();
    assertThat(news()).containsExactly(Event.FAILURE);
  }

  @Test
  void whatANodeLeftBehindIsToldWhenNoTryIsLeft() {
    assertThat(runs().submit(new NewRun(FULL, "erp", new Origin.Request("ada"), RunTerms.ONCE)))
        .isPresent();
    assertThat(runs().claim("node", LEASE)).isPresent();
    advance(LEASE.plusSeconds(1));
    assertThat(runs().endAbandoned(PAUSE)).hasSize(1);
    assertThat(news()).containsExactly(Event.FAILURE);
  }

  @Test
  void missedSlotsAreNews() {
    MissedSlots missed = MissedSlots.nobody(3, clock.instant());
    Origin slot = new Origin.Schedule("nightly", clock.instant());
    assertThat(runs().miss(new NewRun(FULL, "erp", slot, RunTerms.ONCE), missed)).isPresent();
    assertThat(news()).containsExactly(Event.MISSED_RUN);
    assertThat(told.getFirst().details().getFirst()).startsWith("3 runs were missed");
  }

  @Test
  void aScheduleWithoutSuccessIsToldOnceAndNotWhileStopped() {
    schedules()
        .define(
            List.of(
                new Plan(
                    "nightly",
                    "erp",
                    Job.FULL,
                    Schedule.parse("daily at 02:00", ZoneId.of("UTC")),
                    MissedPolicy.byDefault(),
                    1,
                    Duration.ZERO,
                    List.of())));
    assertThat(news()).isEmpty();
    advance(Duration.ofHours(29));
    assertThat(news()).as("1.25 days are not over").isEmpty();
    advance(Duration.ofHours(2));
    assertThat(news()).containsExactly(Event.NEVER_SUCCEEDED);
    assertThat(news()).isEmpty();
    run(DONE, RunTerms.ONCE);
    assertThat(news()).containsExactlyInAnyOrder(Event.SUCCESS, Event.RECOVERED);
    schedules().stop("ada");
    advance(Duration.ofDays(10));
    assertThat(news()).as("nobody expects one").isEmpty();
    schedules().start("ada");
    assertThat(news()).as("from now on").isEmpty();
    advance(Duration.ofHours(31));
    assertThat(news()).containsExactly(Event.OVERDUE);
  }

  @Test
  void aRunThatTakesMuchLongerThanUsualIsTold() {
    for (int i = 0; i < 3; i++) {
      SqlRunStore runs = runs();
      assertThat(runs.submit(new NewRun(FULL, "erp", new Origin.Request("ada"), RunTerms.ONCE)))
          .isPresent();
      Claim claim = runs.claim("node", LEASE).orElseThrow();
      advance(Duration.ofMinutes(5));
      assertThat(runs.end(claim, DONE, PAUSE)).isTrue();
    }
    assertThat(news()).hasSize(3);
    assertThat(runs().submit(new NewRun(FULL, "erp", new Origin.Request("ada"), RunTerms.ONCE)))
        .isPresent();
    Claim slow = runs().claim("node", LEASE).orElseThrow();
    advance(Duration.ofMinutes(14));
    assertThat(news()).isEmpty();
    advance(Duration.ofMinutes(2));
    assertThat(news()).containsExactly(Event.UNUSUALLY_LONG);
    assertThat(runs().end(slow, new Outcome.Cancelled(), PAUSE)).isTrue();
    assertThat(news()).containsExactly(Event.RECOVERED);
  }

  @Test
  void whatANodeTookAndDidNotDeliverIsDeliveredByAnother() {
    run(failed(Failure.Chance.POINTLESS), RunTerms.ONCE);
    alerts().lookAtEnds();
    // Takes it, and dies before it sends.
    catalog.run("UPDATE notices SET held_until = catalog_now() + interval '10 min'");
    assertThat(news()).as("somebody else has it").isEmpty();
    advance(Duration.ofMinutes(11));
    assertThat(news()).containsExactly(Event.FAILURE);
    assertThat(news()).isEmpty();
  }

  @Test
  void whatAServerThatStopsHasNotDeliveredIsLeftToTheNext() throws Exception {
    run(failed(Failure.Chance.POINTLESS), RunTerms.ONCE);
    advance(Duration.ofSeconds(1));
    run(DONE, RunTerms.ONCE);
    alerts().lookAtEnds();
    refusal = Optional.of(new BackupException(ErrorCode.RECEIVER_UNAVAILABLE, "it is away", ""));
    CountDownLatch trying = new CountDownLatch(1);
    try (Outbox stopping =
        outbox(
            _ -> {
              trying.countDown();
              new CountDownLatch(1).await();
            })) {
      stopping.send();
      trying.await();
    }
    refusal = Optional.empty();
    assertThat(news()).containsExactlyInAnyOrder(Event.FAILURE, Event.RECOVERED, Event.SUCCESS);
    assertThat(news()).isEmpty();
  }

  @Test
  void incrementalsThatSucceedDoNotHideThatFullBackupsAreOverdue() {
    schedules()
        .define(
            List.of(
                new Plan(
                    "nightly",
                    "erp",
                    Job.FULL,
                    Schedule.parse("daily at 02:00", ZoneId.of("UTC")),
                    MissedPolicy.byDefault(),
                    1,
                    Duration.ZERO,
                    List.of())));
    run(DONE, RunTerms.ONCE);
    assertThat(news()).containsExactly(Event.SUCCESS);
    advance(Duration.ofHours(31));
    SqlRunStore runs = runs();
    RunRequest incremental = RunRequest.of(Job.INCREMENTAL, RunRequest.LATEST);
    assertThat(
            runs.submit(new NewRun(incremental, "erp", new Origin.Request("ada"), RunTerms.ONCE)))
        .isPresent();
    Claim claim = runs.claim("node", LEASE).orElseThrow();
    assertThat(runs.end(claim, DONE, PAUSE)).isTrue();
    assertThat(news()).containsExactlyInAnyOrder(Event.SUCCESS, Event.OVERDUE);
  }

  @Test
  void whatAReceiverRefusesIsShown() {
    refusal =
        Optional.of(new BackupException(ErrorCode.RECEIVER_REFUSED, "it does not want it", ""));
    run(failed(Failure.Chance.POINTLESS), RunTerms.ONCE);
    assertThat(news()).isEmpty();
    try (Outbox outbox = outbox()) {
      assertThat(outbox.list(new Page.Window(10, 0)).data().getFirst().deliveries())
          .containsExactly("test: failed HF-1121: it does not want it");
    }
  }

  @Test
  void accountsOfAnApplicationThatFailAreOneIncidentWithOneEnd() {
    for (int account = 0; account < 8; account++) {
      backedUp("legal", account, scheduled(), failed(Failure.Chance.POINTLESS));
    }
    assertThat(news()).as("they are gathered").isEmpty();
    advance(Duration.ofMinutes(6));
    assertThat(news()).containsExactly(Event.FAILURE);
    Notice alert = told.getFirst();
    assertThat(alert.source()).isEqualTo("erp/accounts/legal");
    assertThat(alert.subject()).contains("8 accounts of legal");
    assertThat(alert.details().getFirst())
        .contains("8 accounts", "legal-0", "legal-4", "and 3 more")
        .doesNotContain("legal-5");
    assertThat(alert.details()).contains("HF-2001: the server is away");
    assertThat(alert.hint()).isEqualTo("start it");
    backedUp("legal", 8, scheduled(), failed(Failure.Chance.POINTLESS));
    advance(Duration.ofMinutes(6));
    assertThat(news()).as("still the same incident").isEmpty();

    for (int account = 0; account < 8; account++) {
      backedUp("legal", account, scheduled(), DONE);
    }
    assertThat(news()).as("one of them still fails").isEmpty();
    backedUp("legal", 8, new Origin.Request("ada"), DONE);
    assertThat(news()).containsExactly(Event.RECOVERED);
    assertThat(alerts().open().open()).isEmpty();
    backedUp("legal", 8, scheduled(), DONE);
    assertThat(news()).isEmpty();
  }

  @Test
  void eachApplicationIsAnIncidentOfItsOwn() {
    backedUp("legal", 1, scheduled(), failed(Failure.Chance.POINTLESS));
    backedUp("shop", 1, scheduled(), failed(Failure.Chance.POINTLESS));
    advance(Duration.ofMinutes(6));
    assertThat(news()).containsExactly(Event.FAILURE, Event.FAILURE);
    backedUp("shop", 1, scheduled(), DONE);
    assertThat(news()).containsExactly(Event.RECOVERED);
    assertThat(alerts().open().open().getFirst().source()).isEqualTo("erp/accounts/legal");
  }

  @Test
  void whatAnAccountAskedForIsToldToNobodyElse() {
    RunRequest.Owner owner = owner("legal", 1);
    Origin asked = new Origin.Request("legal:1:bob");
    backedUp("legal", 1, asked, failed(Failure.Chance.POINTLESS));
    run(new RunRequest.TenantVerify(owner, "x"), asked, failed(Failure.Chance.POINTLESS));
    run(new RunRequest.TenantForget(owner, List.of("x")), asked, failed(Failure.Chance.POINTLESS));
    advance(Duration.ofMinutes(6));
    assertThat(news()).isEmpty();
  }

  @Test
  void anAccountThatWantsNoBackupsAnyMoreFailsNoMore() {
    backedUp("legal", 1, scheduled(), failed(Failure.Chance.POINTLESS));
    advance(Duration.ofMinutes(6));
    assertThat(news()).containsExactly(Event.FAILURE);
    catalog.run(
        """
        INSERT INTO account_schedules (account, rate, handled, next_due)
        VALUES ('%s', 'disabled', now(), 'infinity')
        """
            .formatted(owner("legal", 1).account()));
    assertThat(news()).containsExactly(Event.RECOVERED);
    catalog.run("TRUNCATE account_schedules");
  }

  @Test
  void whatAllAccountsMissedIsToldOnceAnHour() {
    for (int account = 0; account < 7; account++) {
      NewRun due = tenant("legal", account, scheduled());
      assertThat(runs().miss(due, MissedSlots.nobody(1, clock.instant()))).isPresent();
    }
    assertThat(news()).containsExactly(Event.MISSED_RUN);
    assertThat(told.getFirst().details().getFirst()).contains("7 accounts", "and 2 more");
    advance(Duration.ofMinutes(1));
    assertThat(runs().miss(tenant("legal", 9, scheduled()), MissedSlots.nobody(1, clock.instant())))
        .isPresent();
    assertThat(news()).isEmpty();
    advance(Duration.ofHours(1));
    assertThat(runs().miss(tenant("legal", 9, scheduled()), MissedSlots.nobody(1, clock.instant())))
        .isPresent();
    assertThat(news()).containsExactly(Event.MISSED_RUN);
  }

  @Test
  void aLargeAccountIsNotUnusual() {
    for (int i = 0; i < 4; i++) {
      assertThat(runs().submit(tenant("legal", i, scheduled()))).isPresent();
      Claim claim = runs().claim("node", LEASE).orElseThrow();
      advance(i < 3 ? Duration.ofSeconds(5) : Duration.ofMinutes(40));
      assertThat(news()).isEmpty();
      assertThat(runs().end(claim, DONE, PAUSE)).isTrue();
    }
    assertThat(news()).isEmpty();
  }

  private int slots;

  private Origin scheduled() {
    return new Origin.Schedule("account.test", clock.instant().plusNanos(1000L * slots++));
  }

  private static RunRequest.Owner owner(String application, int account) {
    UUID id = new UUID(application.hashCode(), account);
    catalog.run(
        """
        INSERT INTO accounts (id, application, external_id, tier) VALUES ('%s', '%s', '%s', 'free')
        ON CONFLICT DO NOTHING
        """
            .formatted(id, application, application + "-" + account));
    return new RunRequest.Owner(id, application, application + "-" + account);
  }

  private static NewRun tenant(String application, int account, Origin origin) {
    RunRequest.Owner owner = owner(application, account);
    return new NewRun(
        new RunRequest.TenantBackup(
            owner,
            "full",
            owner.externalId(),
            Set.of(),
            List.of(),
            RunRequest.TenantBackup.Sealing.SEALED),
        "erp",
        origin,
        RunTerms.ONCE);
  }

  private void backedUp(String application, int account, Origin origin, Outcome outcome) {
    ended(tenant(application, account, origin), outcome);
  }

  private void run(RunRequest request, Origin origin, Outcome outcome) {
    ended(new NewRun(request, "erp", origin, RunTerms.ONCE), outcome);
  }

  private void ended(NewRun run, Outcome outcome) {
    SqlRunStore runs = runs();
    assertThat(runs.submit(run)).isPresent();
    Claim claim = runs.claim("node", LEASE).orElseThrow();
    assertThat(runs.end(claim, outcome, PAUSE)).isTrue();
  }
}
