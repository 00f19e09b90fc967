package io.holdfast.server;

import io.holdfast.base.Entropy;
import io.holdfast.engine.api.World;
import io.holdfast.engine.config.Deployment;
import io.holdfast.engine.notify.AlertLimits;
import io.holdfast.engine.notify.AlertRules;
import io.holdfast.engine.notify.Attempts;
import io.holdfast.engine.notify.Delivery;
import io.holdfast.engine.plan.Plans;
import io.holdfast.engine.plan.Tiers;
import io.holdfast.server.access.Accounts;
import io.holdfast.server.access.HostTokens;
import io.holdfast.server.access.Tokens;
import io.holdfast.server.access.Users;
import io.holdfast.server.account.AccountBackupLog;
import io.holdfast.server.account.AccountBackups;
import io.holdfast.server.account.AccountScheduler;
import io.holdfast.server.account.AccountSettingsStore;
import io.holdfast.server.account.AccountTemplates;
import io.holdfast.server.account.Downloads;
import io.holdfast.server.account.OutlivedOfAccounts;
import io.holdfast.server.account.RestorableByAccounts;
import io.holdfast.server.account.Shares;
import io.holdfast.server.alert.Alerts;
import io.holdfast.server.alert.Outbox;
import io.holdfast.server.alert.Receivers;
import io.holdfast.server.audit.Audit;
import io.holdfast.server.audit.Checkpoints;
import io.holdfast.server.backup.BackupIndex;
import io.holdfast.server.backup.BackupSync;
import io.holdfast.server.backup.BackupTable;
import io.holdfast.server.backup.EngineWork;
import io.holdfast.server.backup.OutlivedBackups;
import io.holdfast.server.backup.RepositoryLooks;
import io.holdfast.server.backup.RestorableBackups;
import io.holdfast.server.catalog.AccountCatalog;
import io.holdfast.server.catalog.CatalogJson;
import io.holdfast.server.catalog.Housekeeping;
import io.holdfast.server.health.Health;
import io.holdfast.server.health.Metrics;
import io.holdfast.server.operation.AccountRunRows;
import io.holdfast.server.rescue.CatalogSaver;
import io.holdfast.server.rescue.LostCatalog;
import io.holdfast.server.rescue.SavedCheckpoints;
import io.holdfast.server.run.Backoff;
import io.holdfast.server.run.RunLimits;
import io.holdfast.server.run.RunLoop;
import io.holdfast.server.run.RunStore;
import io.holdfast.server.run.SqlRunStore;
import io.holdfast.server.run.SteadyTime;
import io.holdfast.server.schedule.ScheduleStore;
import io.holdfast.server.schedule.Scheduler;
import io.holdfast.server.schedule.SqlScheduleStore;
import io.holdfast.server.source.Applications;
import io.holdfast.server.source.RestoreRoots;
import io.holdfast.server.source.Sources;
import io.holdfast.server.work.Pulse;
import io.holdfast.server.work.Repeated;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

/// Joins the parts of the server. What comes from outside (sources, clock, chance, the catalog's
/// address) is put into the context by [HoldfastServer].
@SpringBootConfiguration(proxyBeanMethods = false)
// Users are ours; without this one named 'user' would be made up at each start.
@EnableAutoConfiguration(exclude = UserDetailsServiceAutoConfiguration.class)
@ComponentScan
class ServerApplication {
  private static final Duration SCHEDULES_EVERY = Duration.ofSeconds(1);
  private static final Duration ACCOUNTS_EVERY = Duration.ofSeconds(5);
  private static final Duration ALERTS_EVERY = Duration.ofSeconds(5);
  private static final Duration LATENESS_EVERY = Duration.ofMinutes(1);
  private static final Duration CATALOG_EVERY = Duration.ofSeconds(5);
  private static final Duration CLEANING_EVERY = Duration.ofHours(1);
  private static final Duration SYNC_EVERY = Duration.ofMinutes(1);

  @Bean
  TransactionOperations transactions(PlatformTransactionManager manager) {
    return new TransactionTemplate(manager);
  }

  @Bean
  RunStore runStore(
      JdbcClient jdbc, TransactionOperations transactions, CatalogJson json, Supplier<UUID> ids) {
    return new SqlRunStore(jdbc, transactions, json, ids);
  }

  @Bean
  Accounts accounts(JdbcClient jdbc, Supplier<UUID> ids) {
    return new Accounts(jdbc, ids);
  }

  @Bean
  HostTokens hostTokens(Applications applications, Accounts accounts, InstantSource clock) {
    return new HostTokens(applications, accounts, clock);
  }

  @Bean
  AccountCatalog accountCatalog(JdbcClient jdbc, TransactionOperations transactions) {
    return new AccountCatalog(jdbc, transactions);
  }

  @Bean
  AccountBackups accountBackups(JdbcClient jdbc, AccountCatalog catalog, CatalogJson json) {
    return new AccountBackups(jdbc, catalog, json);
  }

  @Bean
  AccountBackupLog accountBackupLog(JdbcClient jdbc, AccountCatalog catalog) {
    return new AccountBackupLog(jdbc, catalog);
  }

  @Bean
  AccountTemplates accountTemplates(
      JdbcClient jdbc,
      AccountCatalog catalog,
      TransactionOperations transactions,
      Audit audit,
      Supplier<UUID> ids) {
    return new AccountTemplates(jdbc, catalog, transactions, audit, ids);
  }

  @Bean
  AccountRunRows accountRunRows(JdbcClient jdbc, AccountCatalog catalog, CatalogJson json) {
    return new AccountRunRows(jdbc, catalog, json);
  }

  @Bean
  AccountSettingsStore accountSettings(JdbcClient jdbc, AccountCatalog catalog, Tiers tiers) {
    return new AccountSettingsStore(jdbc, catalog, tiers);
  }

  @Bean
  OutlivedBackups outlivedBackups(
      Accounts accounts, AccountBackups backups, AccountSettingsStore settings) {
    return new OutlivedOfAccounts(accounts, backups, settings);
  }

  @Bean
  RestorableBackups restorableBackups(AccountBackups backups) {
    return new RestorableByAccounts(backups);
  }

  @Bean
  Shares shares(JdbcClient jdbc, AccountCatalog catalog, Audit audit, Supplier<UUID> ids) {
    return new Shares(jdbc, catalog, audit, ids);
  }

  @Bean
  Downloads downloads(JdbcClient jdbc, Entropy entropy) {
    return new Downloads(jdbc, entropy);
  }

  @Bean
  AccountScheduler accountScheduler(
      JdbcClient jdbc,
      TransactionOperations transactions,
      RunStore runs,
      ScheduleStore schedules,
      Applications applications,
      Tiers tiers,
      ZoneId zone) {
    return new AccountScheduler(jdbc, transactions, runs, schedules, applications, tiers, zone);
  }

  /// Closed before the loop of runs.
  @Bean
  Repeated accountSchedules(
      AccountScheduler scheduler, RunLoop runs, Deployment.Scheduling scheduling) {
    Repeated schedules =
        new Repeated(
            "account-schedules",
            ACCOUNTS_EVERY,
            () -> {
              if (scheduler.tick()) {
                runs.wake();
              }
            });
    switch (scheduling) {
      case ON -> schedules.start();
      case OFF -> {}
    }
    return schedules;
  }

  @Bean
  BackupIndex backupIndex(
      JdbcClient jdbc, TransactionOperations transactions, CatalogJson json, Accounts accounts) {
    return new BackupIndex(jdbc, transactions, json, accounts);
  }

  @Bean(initMethod = "start")
  Repeated backupSync(Sources sources, BackupIndex index, RepositoryLooks looks) {
    return new Repeated("backup-sync", SYNC_EVERY, new BackupSync(sources, index, looks)::look);
  }

  @Bean
  BackupTable backupTable(JdbcClient jdbc) {
    return new BackupTable(jdbc);
  }

  @Bean
  Audit audit(JdbcClient jdbc, TransactionOperations transactions, CatalogJson json) {
    return new Audit(jdbc, transactions, json);
  }

  @Bean
  Users users(JdbcClient jdbc, TransactionOperations transactions, Supplier<UUID> ids) {
    return new Users(jdbc, transactions, ids);
  }

  @Bean
  Tokens tokens(
      JdbcClient jdbc,
      TransactionOperations transactions,
      Entropy entropy,
      Supplier<UUID> ids,
      Users users) {
    return new Tokens(jdbc, transactions, entropy, ids, users);
  }

  @Bean
  ScheduleStore scheduleStore(
      JdbcClient jdbc, TransactionOperations transactions, CatalogJson json, Plans plans) {
    SqlScheduleStore store = new SqlScheduleStore(jdbc, transactions, json);
    store.define(plans.byName().values());
    return store;
  }

  @Bean
  Scheduler scheduler(ScheduleStore schedules, RunStore runs) {
    return new Scheduler(schedules, runs);
  }

  /// Closed before the loop of runs.
  @Bean
  Repeated schedules(Scheduler scheduler, RunLoop runs, Deployment.Scheduling scheduling) {
    Repeated schedules =
        new Repeated(
            "schedules",
            SCHEDULES_EVERY,
            () -> {
              if (!scheduler.tickIfRunning().isEmpty()) {
                runs.wake();
              }
            });
    switch (scheduling) {
      case ON -> schedules.start();
      case OFF -> {}
    }
    return schedules;
  }

  @Bean
  Alerts alerts(
      JdbcClient jdbc,
      TransactionOperations transactions,
      CatalogJson json,
      ScheduleStore schedules) {
    return new Alerts(jdbc, transactions, json, schedules, new AlertRules(AlertLimits.DEFAULT));
  }

  @Bean
  Outbox outbox(JdbcClient jdbc, CatalogJson json, Receivers receivers, World world) {
    return new Outbox(
        jdbc,
        json,
        receivers.all(),
        report -> new Delivery(receivers.all(), Attempts.DEFAULT, world.pause(), report));
  }

  @Bean(initMethod = "start")
  Repeated notifications(Alerts alerts, Outbox outbox) {
    return new Repeated(
        "notifications",
        ALERTS_EVERY,
        () -> {
          alerts.lookAtEnds();
          outbox.send();
        });
  }

  @Bean(initMethod = "start")
  Repeated lateness(Alerts alerts) {
    return new Repeated("lateness", LATENESS_EVERY, alerts::lookAtTime);
  }

  @Bean
  CatalogSaver catalogSaver(JdbcClient jdbc, PlatformTransactionManager manager, Sources sources) {
    TransactionTemplate reading = new TransactionTemplate(manager);
    reading.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    return new CatalogSaver(jdbc, reading, sources.first(), CatalogSaver.BETWEEN);
  }

  @Bean
  Checkpoints checkpoints(JdbcClient jdbc, Sources sources) {
    return new SavedCheckpoints(jdbc, sources.first());
  }

  @Bean
  LostCatalog lostCatalog(JdbcClient jdbc, Sources sources) {
    return new LostCatalog(jdbc, sources.first());
  }

  @Bean(initMethod = "start")
  Repeated catalogBackup(CatalogSaver saver) {
    return new Repeated("catalog-backup", CATALOG_EVERY, saver::look);
  }

  @Bean
  Housekeeping housekeeping(JdbcClient jdbc) {
    return new Housekeeping(jdbc);
  }

  @Bean(initMethod = "start")
  Repeated cleaning(Housekeeping housekeeping) {
    return new Repeated("housekeeping", CLEANING_EVERY, housekeeping::clean);
  }

  @Bean
  Health health(JdbcClient jdbc, List<Pulse> works) {
    return new Health(jdbc, works);
  }

  @Bean
  Metrics metrics(JdbcClient jdbc) {
    return new Metrics(jdbc);
  }

  /// Closed before the sources are, which wait for what runs.
  @Bean(initMethod = "start")
  RunLoop runLoop(
      RunStore store,
      Sources sources,
      Plans plans,
      BackupIndex index,
      Applications applications,
      OutlivedBackups outlived,
      RestorableBackups restorable,
      RestoreRoots roots,
      RunLimits limits,
      World world,
      NodeName node) {
    return new RunLoop(
        store,
        new EngineWork(sources, plans, index, applications, outlived, restorable, roots),
        node.text(),
        limits,
        new Backoff(world.entropy()),
        new SteadyTime(world.clock().instant()),
        world.pause());
  }
}
