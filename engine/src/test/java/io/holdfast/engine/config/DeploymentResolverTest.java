package io.holdfast.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.engine.config.Deployment.Scheduling;
import io.holdfast.engine.plan.Job;
import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.plan.Plans;
import io.holdfast.engine.plan.Tiers;
import io.holdfast.engine.retention.Keep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a server is told.
class DeploymentResolverTest {
  @TempDir private Path directory = Path.of("");
  private final Map<String, String> environment = new HashMap<>(Map.of("HOME", "/home/ann"));

  @Test
  void nothingSaidGivesOneSourceAndNoPlans() {
    environment.put("DATABASE_URL", "postgresql://env/");

    Deployment deployment = resolve(Flags.NONE);

    assertThat(deployment.sources())
        .containsExactly(
            new SettingsResolver(new Environment(environment), directory).resolve(Flags.NONE));
    assertThat(deployment.plans()).isEqualTo(Plans.NONE);
    assertThat(deployment.server()).isEqualTo(ServerSection.DEFAULT);
    assertThat(deployment.tiers()).isEqualTo(Tiers.DEFAULT);
    assertThat(deployment.applications()).isEmpty();
    assertThat(deployment.scheduling()).isEqualTo(Scheduling.ON);
    assertThat(deployment.cronSecret()).isEmpty();
    assertThat(deployment.zone()).isEqualTo(ZoneId.of("UTC"));
    assertThat(deployment.configFile()).isEmpty();
  }

  @Test
  void eachSourceIsAsACommandWouldFindIt() throws Exception {
    writeConfig(
        """
        repositories: { one: { url: /one }, two: { url: /two, keyFile: /k } }
        sources:
          erp: { url: "postgresql://erp/", directUrl: "postgresql://erpd/", repository: two, domain: d }
          crm: { url: "postgresql://crm/", repository: one, slot: s }
        """);
    SettingsResolver settings = new SettingsResolver(new Environment(environment), directory);

    assertThat(resolve(Flags.NONE).sources())
        .containsExactly(settings.resolve(source("crm")), settings.resolve(source("erp")));
    assertThat(resolve(source("erp")).sources()).containsExactly(settings.resolve(source("erp")));
    assertThat(resolve(Flags.NONE).repositoryNames()).isEqualTo(Map.of("crm", "one", "erp", "two"));
  }

  @Test
  void aRepositoryThatIsNotOfTheFileIsCalledMain() throws Exception {
    assertThat(resolve(Flags.NONE).repositoryNames()).isEqualTo(Map.of("main", "main"));
    writeConfig("repositories: { vault: { url: /vault } }\nsources: { erp: {} }");
    assertThat(resolve(Flags.NONE).repositoryNames()).isEqualTo(Map.of("erp", "vault"));
    environment.put("BACKUP_DIR", "/elsewhere");
    assertThat(resolve(Flags.NONE).repositoryNames()).isEqualTo(Map.of("erp", "main"));
  }

  @Test
  void aUrlOfTheEnvironmentIsThatOfTheOneSourceWithout() throws Exception {
    writeConfig(
        """
        sources:
          crm: { url: "postgresql://crm/" }
          direct: { directUrl: "postgresql://direct/" }
          erp: {}
        """);
    environment.put("POSTGRES_URL", "postgresql://env/");
    environment.put("DIRECT_URL", "postgresql://envd/");

    assertThat(urls(resolve(Flags.NONE)))
        .isEqualTo(
            Map.of(
                "crm", "postgresql://crm/ -",
                "direct", "- postgresql://direct/",
                "erp", "postgresql://env/ postgresql://envd/"));
    assertThat(urls(resolve(source("crm"))))
        .as("who names a source means it")
        .isEqualTo(Map.of("crm", "postgresql://env/ postgresql://envd/"));
  }

  @Test
  void aUrlOfTheEnvironmentWinsOverThatOfAnOnlySource() throws Exception {
    writeConfig("sources: { erp: { url: \"postgresql://erp/\" } }");
    environment.put("DATABASE_URL", "postgresql://env/");
    assertThat(urls(resolve(Flags.NONE))).isEqualTo(Map.of("erp", "postgresql://env/ -"));
  }

  @Test
  void aUrlThatCanBeOfSeveralSourcesIsRefused() throws Exception {
    writeConfig("sources: { erp: {}, crm: {}, third: { url: \"postgresql://third/\" } }");
    assertThat(urls(resolve(Flags.NONE)))
        .isEqualTo(Map.of("crm", "- -", "erp", "- -", "third", "postgresql://third/ -"));
    environment.put("DATABASE_URL", "postgresql://env:geheim@env/");
    assertBad("DATABASE_URL can be of each of the sources crm, erp");
    environment.remove("DATABASE_URL");
    environment.put("DIRECT_URL", "postgresql://env/");
    assertBad("DIRECT_URL can be of each of the sources crm, erp");
    environment.remove("DIRECT_URL");
    Flags url = new Flags(null, null, null, null, "postgresql://flag/", null);
    assertThatThrownBy(() -> resolve(url)).hasMessageContaining("there are several sources");
  }

  @Test
  void withASourceOnlyItsPlansAreLeft() throws Exception {
    writeConfig("sources: { erp: { preset: clinic }, crm: { preset: clinic } }");
    assertThat(resolve(Flags.NONE).plans().byName()).hasSize(6);
    Plans plans = resolve(source("crm")).plans();
    assertThat(plans.byName().keySet())
        .containsExactly("crm-archive", "crm-full", "crm-incremental");
    assertThat(plans.policies().keySet()).containsExactly("crm");
    assertThat(plans.of("crm")).hasSize(3);
    assertThat(plans.of("erp")).isEmpty();
    assertThat(plans.policyOf("erp")).isEmpty();
  }

  @Test
  void schedulingIsOnUnlessItIsTurnedOff() {
    environment.put("ENABLE_SCHEDULED_BACKUPS", "false");
    assertThat(resolve(Flags.NONE).scheduling()).isEqualTo(Scheduling.OFF);
    environment.put("ENABLE_SCHEDULED_BACKUPS", "true");
    assertThat(resolve(Flags.NONE).scheduling()).isEqualTo(Scheduling.ON);
    for (String neither : new String[] {"no", "0", "FALSE", "flase"}) {
      environment.put("ENABLE_SCHEDULED_BACKUPS", neither);
      assertBad("ENABLE_SCHEDULED_BACKUPS is '" + neither + "', neither true nor false");
    }
  }

  @Test
  void theSecretOfCronMayStandInAFile() throws Exception {
    Path file = directory.resolve("secret");
    Files.writeString(file, "s3cr3t\n");
    environment.put("CRON_SECRET_FILE", file.toString());
    assertThat(resolve(Flags.NONE).cronSecret()).contains(new Secret("s3cr3t"));
  }

  @Test
  void theZoneOfTheEnvironmentIsThatOfSchedulesWithoutOne() throws Exception {
    writeConfig(
        """
        schedules:
          a: { run: full, when: daily at 02:00 }
          b: { run: full, when: daily at 02:00 in UTC }
        """);
    for (String zone : new String[] {"Europe/Berlin", ":Europe/Berlin"}) {
      environment.put("TZ", zone);
      Deployment deployment = resolve(Flags.NONE);
      assertThat(deployment.zone()).isEqualTo(ZoneId.of("Europe/Berlin"));
      assertThat(plan(deployment.plans(), "a").schedule().text())
          .isEqualTo("daily at 02:00 in Europe/Berlin");
      assertThat(plan(deployment.plans(), "b").schedule().text())
          .isEqualTo("daily at 02:00 in UTC");
    }
    environment.put("TZ", "CET-1CEST");
    assertBad("TZ is 'CET-1CEST', which is no time zone of the IANA database");
    assertThat(new SettingsResolver(new Environment(environment), directory).resolve(Flags.NONE))
        .as("commands that run nothing by themselves do not mind")
        .isNotNull();
  }

  @Test
  void theEnvironmentWinsOverTheServersSection() throws Exception {
    writeConfig("server: { data: /file, catalogUrl: 'postgresql://file/' }");
    assertThat(resolve(Flags.NONE).server().data()).contains("/file");
    assertThat(resolve(Flags.NONE).server().catalogUrl())
        .contains(new Secret("postgresql://file/"));
    environment.put("HOLDFAST_DATA", "/env");
    environment.put("CATALOG_URL", "postgresql://env/");
    assertThat(resolve(Flags.NONE).server().data()).contains("/env");
    assertThat(resolve(Flags.NONE).server().catalogUrl()).contains(new Secret("postgresql://env/"));
  }

  @Test
  void filesOfEarlierScriptsAreReadWhereTheFileSaysNothing() throws Exception {
    Files.writeString(directory.resolve("backup.config.json"), BackupConfigFileTest.AS_IT_IS);
    writeConfig("backupConfig: backup.config.json");

    Plans plans = resolve(Flags.NONE).plans();

    assertThat(plans.byName().keySet()).containsExactly("main-full", "main-incremental");
    assertThat(plan(plans, "main-full").then()).containsExactly(Job.VERIFY, Job.RETENTION);
    assertThat(plans.policyOf("main").orElseThrow().rules().within())
        .isEqualTo(Duration.ofDays(30));
    assertThat(plans.remarks()).hasSize(4).allMatch(it -> it.startsWith("backupConfig: "));
  }

  @Test
  void holdfastYamlWinsOverFilesOfEarlierScripts() throws Exception {
    Files.writeString(directory.resolve("b.json"), BackupConfigFileTest.AS_IT_IS);
    Files.writeString(
        directory.resolve("r.json"), "{\"policies\": {\"daily_backups\": {\"keep_daily\": 7}}}");
    writeConfig(
        """
        backupConfig: b.json
        retentionConfig: r.json
        sources: { erp: {} }
        schedules:
          erp-full: { run: full, when: daily at 04:00, then: [retention] }
        """);
    Plans plans = resolve(Flags.NONE).plans();
    assertThat(plan(plans, "erp-full").schedule().text()).isEqualTo("daily at 04:00 in UTC");
    assertThat(plans.byName()).containsKey("erp-incremental");
    assertThat(plans.policyOf("erp").orElseThrow().rules().places())
        .as("retentionConfig wins over backupConfig")
        .isEqualTo(Map.of(Keep.DAILY, 7));
    assertThat(plans.remarks())
        .contains("backupConfig: its retention does nothing, because retentionConfig wins.");

    writeConfig(
        """
        retentionConfig: r.json
        retention: { two: { keepLast: 2 } }
        sources:
          erp: { retention: two }
          crm: {}
          std: { preset: standard }
        """);
    plans = resolve(Flags.NONE).plans();
    assertThat(plans.policyOf("erp").orElseThrow().rules().places())
        .isEqualTo(Map.of(Keep.LAST, 2));
    assertThat(plans.policyOf("crm").orElseThrow().rules().places())
        .isEqualTo(Map.of(Keep.DAILY, 7));
    assertThat(plan(plans, "std-full").then()).containsExactly(Job.VERIFY, Job.RETENTION);
  }

  @Test
  void problemsOfFilesOfEarlierScriptsNameThem() throws Exception {
    writeConfig("backupConfig: none.json");
    assertBad("none.json: cannot be read");
    Files.writeString(directory.resolve("r.json"), "{\n\"policies\": {\"x\": {}}}");
    writeConfig("retentionConfig: r.json");
    assertBad("r.json: line 2: unknown key 'x' in policies");
    writeConfig("sources: { a: {}, b: {} }\nbackupConfig: b.json\nretentionConfig: ''\n");
    assertBad("line 2: backupConfig: such a file is of one source, and there are several (a, b)");
    assertBad("line 3: retentionConfig: it names no file");
  }

  @Test
  void aPlanThatCleansUpNeedsAPolicyAlsoOfAnotherFile() throws Exception {
    Files.writeString(directory.resolve("b.json"), "{\"schedules\": {}}");
    writeConfig(
        """
        backupConfig: b.json
        schedules: { s: { run: retention, when: daily at 02:00 } }
        """);
    assertBad("schedules.s: source main has no retention policy, and backupConfig has none either");
  }

  @Test
  void aPresetThatDeletesNothingIsRemarked() throws Exception {
    writeConfig("sources: { erp: { preset: standard }, crm: { preset: clinic } }");
    assertThat(resolve(Flags.NONE).plans().remarks())
        .containsExactly(
            "Preset standard of source erp deletes nothing: the source names no retention policy.");
  }

  private static Plan plan(Plans plans, String name) {
    return Optional.ofNullable(plans.byName().get(name)).orElseThrow();
  }

  private static Map<String, String> urls(Deployment deployment) {
    return deployment.sources().stream()
        .collect(
            Collectors.toMap(
                Settings::source,
                its ->
                    its.url().map(Secret::expose).orElse("-")
                        + " "
                        + its.directUrl().map(Secret::expose).orElse("-")));
  }

  private void assertBad(String problem) {
    assertThatThrownBy(() -> resolve(Flags.NONE))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
              assertThat(e.text()).contains(problem).doesNotContain("geheim");
            });
  }

  private static Flags source(String name) {
    return new Flags(null, name, null, null, null, null);
  }

  private Deployment resolve(Flags flags) {
    return new DeploymentResolver(new Environment(environment), directory).resolve(flags);
  }

  private void writeConfig(String text) throws IOException {
    Files.writeString(directory.resolve("holdfast.yaml"), text);
  }
}
