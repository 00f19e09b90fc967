package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `holdfast config check`, and what it says before a server is started.
class ConfigCheckTest {
  @TempDir private Path directory = Path.of("");
  private final Map<String, String> environment = new HashMap<>(Map.of("HOME", "/home/ann"));

  @Test
  void everyProblemIsSaidWithItsLine() throws IOException {
    write(
        """
        sources:
          erp: { url: "postgresql://erp:geheim@db/", retention: none }
        schedules:
          nightly: { run: full, when: daily }
          weekly: { run: wash, when: weekly on Sun at 02:00 }
        server: { catalogUrl: "mysql://a:geheim@db/x" }
        shedules: {}
        """);

    TestContext context = run("config", "check");

    assertThat(context.stdout().lines())
        .hasSize(5)
        .allMatch(
            line ->
                line.startsWith(
                    "problem: configuration file " + directory + "/holdfast.yaml: line "))
        .anyMatch(line -> line.contains("line 2: sources.erp.retention: 'none' is not defined"))
        .anyMatch(line -> line.contains("line 4: schedules.nightly.when: "))
        .anyMatch(line -> line.contains("line 5: schedules.weekly.run: "))
        .anyMatch(line -> line.contains("line 6: server.catalogUrl: "))
        .anyMatch(line -> line.contains("line 7: unknown section 'shedules'"));
    assertThat(context.stdout()).doesNotContain("geheim");
    assertThat(run("config", "check", "--json").stdout())
        .contains("\"problems\": [")
        .contains("line 7: unknown section 'shedules'")
        .doesNotContain("geheim");
    assertThat(run("--json", "config", "check").stdout()).startsWith("{");
  }

  @Test
  void theExitStatusIsThatOfWrongConfiguration() throws IOException {
    write("sources: { erp: { preset: luxury } }");
    assertThat(status("config", "check")).isEqualTo(2);
    write("sources: { erp: { preset: standard } }");
    assertThat(status("config", "check")).isZero();
    environment.put("ENABLE_SCHEDULED_BACKUPS", "perhaps");
    assertThat(status("config", "check")).isEqualTo(2);
    assertThat(run("config", "check").stdout())
        .isEqualTo(
            "problem: ENABLE_SCHEDULED_BACKUPS is 'perhaps', neither true nor false"
                + System.lineSeparator());
  }

  @Test
  void whatIsPlannedIsSaidWithItsNextRunsInTheirZone() throws IOException {
    write(
        """
        retention:
          short: { keepLast: 3, keepDaily: 1, keepWithin: 14d, incrementals: { keepWithin: 48h } }
        sources:
          erp: { url: "postgresql://erp:geheim@db/", retention: short }
          crm: { preset: clinic, zone: Europe/Berlin }
        schedules:
          nightly:
            source: erp
            run: full
            when: daily at 02:00 in Asia/Tokyo
            missed: run-once within 6h
            then: [verify, retention]
          odd: { source: erp, run: dump, when: cron 0 3 13 * fri, zone: UTC }
        """);

    assertThat(run("config", "check").stdout())
        .startsWith(
            """
            file: %1$s/holdfast.yaml
            schedules run by themselves: yes, where 'holdfast serve' runs

            source crm
              repository: %1$s/backups
              database: not set
              retention: preset clinic: keeps the newest of each of 13 months and all of the last 28d; \
            of incrementals keeps all of the last 7d; days are those of Europe/Berlin
              schedule crm-archive: full, then retention
                on day 1 of every month at 01:00 (Europe/Berlin)
                next Tue 2026-12-01 01:00:00 +01:00
                next Fri 2027-01-01 01:00:00 +01:00
                next Mon 2027-02-01 01:00:00 +01:00
                missed: run-once
              schedule crm-full: full, then retention
                every Sunday at 02:00 (Europe/Berlin)
                next Sun 2026-11-29 02:00:00 +01:00
                next Sun 2026-12-06 02:00:00 +01:00
                next Sun 2026-12-13 02:00:00 +01:00
                missed: run-once
              schedule crm-incremental: incremental, then retention
                every day at 03:00 (Europe/Berlin)
                next Tue 2026-11-24 03:00:00 +01:00
                next Wed 2026-11-25 03:00:00 +01:00
                next Thu 2026-11-26 03:00:00 +01:00
                missed: run-once

            source erp
              repository: %1$s/backups
              database: set
              retention: short: keeps the newest 3, the newest of each of 1 day and all of the last 14d; \
            of incrementals keeps all of the last 2d; days are those of UTC
              schedule nightly: full, then verify, retention
                every day at 02:00 (Asia/Tokyo)
                next Tue 2026-11-24 02:00:00 +09:00
                next Wed 2026-11-25 02:00:00 +09:00
                next Thu 2026-11-26 02:00:00 +09:00
                missed: run-once within 6h
              schedule odd: dump
            """
                .formatted(directory))
        .contains("    next Fri 2026-11-27 03:00:00 +00:00\n", "\n    remark: ");
  }

  @Test
  void programsGetTheSame() throws IOException {
    write(
        """
        sources: { erp: { preset: standard } }
        server: { address: 0.0.0.0, catalogUrl: "postgresql://c:geheim@db/c" }
        """);
    environment.put("ENABLE_SCHEDULED_BACKUPS", "false");
    environment.put("TZ", "Europe/Berlin");

    String json = run("config", "check", "--json").stdout();

    assertThat(json)
        .contains(
            "\"problems\": []",
            "\"scheduling\": false",
            "\"zone\": \"Europe/Berlin\"",
            "\"name\": \"erp-test-restore\"",
            "\"when\": \"weekly on Sun at 05:00 in Europe/Berlin\"",
            "\"2026-11-29T05:00+01:00\"",
            "\"catalogUrl\": \"***\"",
            "without TLS",
            "Preset standard of source erp deletes nothing")
        .doesNotContain("geheim");
    assertThat(run("config", "check").stdout())
        .contains("no, because of ENABLE_SCHEDULED_BACKUPS=false", "remark: The server listens");
  }

  @Test
  void applicationsAreShownWithoutTheirKeys() throws IOException {
    Files.writeString(
        directory.resolve("account.yaml"),
        """
        kind: Scope
        name: account
        root: {table: public.users, key: [id]}
        """);
    write(
        """
        applications:
          legal:
            scopes: { full: account.yaml }
            stores: { files: "s3://key:geheim@bucket/x" }
            origins: [https://app.example.com, http://localhost:3000]
          other: { scopes: { full: account.yaml } }
        """);
    environment.put("HOLDFAST_APPLICATION_LEGAL_KEY", "geheim".repeat(6));
    environment.put("HOLDFAST_APPLICATION_OTHER_KEY", "geheim".repeat(6));

    assertThat(run("config", "check").stdout())
        .contains(
            """

            application legal
              source: main
              scope full: %1$s/account.yaml
              origins: https://app.example.com, http://localhost:3000
              key: secret

            application other
              source: main
              scope full: %1$s/account.yaml
              origins: none
              key: secret
            """
                .formatted(directory))
        .doesNotContain("geheim");
    assertThat(run("config", "check", "--json").stdout())
        .contains(
            "\"applications\": [",
            "\"name\": \"legal\"",
            "\"full\": \"" + directory + "/account.yaml\"",
            "\"https://app.example.com\"",
            "\"key\": \"secret\"")
        .doesNotContain("geheim");
    environment.remove("HOLDFAST_APPLICATION_OTHER_KEY");
    assertThat(run("config", "check").stdout())
        .contains("problem: configuration file ", "line 6: applications.other: it has neither")
        .doesNotContain("geheim");
    assertThat(run("config").stdout()).contains("HOLDFAST_APPLICATION_*_KEY ");
  }

  @Test
  void withoutAFileThereIsOneSource() {
    environment.put("BACKUP_DIR", "s3://key:geheim@bucket/x");
    assertThat(run("config", "check").stdout())
        .contains("file: none", "source main", "retention: everything is kept")
        .doesNotContain("geheim");
  }

  @Test
  void configItselfTakesOptionsBeforeItsName() {
    assertThat(run("--json", "config").stdout()).startsWith("{");
    assertThat(run("config", "--json").stdout()).startsWith("{");
    assertThat(run("--source", "erp", "config").stdout()).containsPattern("source +erp");
  }

  private int status(String... args) {
    return context().run(args);
  }

  private TestContext run(String... args) {
    TestContext context = context();
    context.run(args);
    return context;
  }

  private TestContext context() {
    return new TestContext(
        environment,
        directory,
        Seeds.entropy(1),
        InstantSource.fixed(Instant.parse("2026-11-23T12:00:00Z")));
  }

  private void write(String text) throws IOException {
    Files.writeString(directory.resolve("holdfast.yaml"), text);
  }
}
