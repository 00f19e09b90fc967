package io.holdfast.cli;

import io.holdfast.base.Secret;
import io.holdfast.engine.application.Application;
import io.holdfast.engine.config.Deployment;
import io.holdfast.engine.config.ServerSection;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.plan.Job;
import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.plan.SourcePolicy;
import io.holdfast.engine.schedule.Schedule;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a server is told, for people and for programs.
///
/// @param now after which runs are next
record DeploymentView(Deployment deployment, Instant now) {
  private static final int RUNS = 3;
  private static final DateTimeFormatter LOCAL =
      DateTimeFormatter.ofPattern("EEE yyyy-MM-dd HH:mm:ss xxx", Locale.ROOT);

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("file: " + deployment.configFile().orElse("none"));
    lines.add("schedules run by themselves: " + scheduling());
    for (Settings source : deployment.sources()) {
      lines.add("");
      sourceLines(source, lines);
    }
    for (Application application : deployment.applications()) {
      lines.add("");
      applicationLines(application, lines);
    }
    List<String> remarks = remarks();
    if (!remarks.isEmpty()) {
      lines.add("");
      remarks.forEach(remark -> lines.add("remark: " + remark));
    }
    return lines.stream().map(Passwords::hidden).toList();
  }

  private void sourceLines(Settings source, List<String> lines) {
    lines.add("source " + source.source());
    lines.add("  repository: " + source.repository());
    lines.add("  database: " + database(source));
    lines.add("  retention: " + policy(source.source()));
    for (Plan plan : deployment.plans().of(source.source())) {
      lines.add("  schedule " + plan.name() + ": " + plan.job().word() + then(plan));
      lines.add("    " + plan.schedule().describe());
      next(plan).forEach(run -> lines.add("    next " + LOCAL.format(run)));
      lines.add("    missed: " + plan.missed().text());
      plan.schedule().remarks().forEach(remark -> lines.add("    remark: " + remark));
    }
  }

  private static void applicationLines(Application application, List<String> lines) {
    lines.add("application " + application.name());
    lines.add("  source: " + application.source());
    application.scopes().forEach((word, map) -> lines.add("  scope " + word + ": " + map));
    lines.add(
        "  origins: "
            + (application.origins().isEmpty()
                ? "none"
                : String.join(", ", application.origins())));
    lines.add("  key: " + application.key().kind());
  }

  private static String database(Settings source) {
    return source.url().or(source::directUrl).isPresent() ? "set" : "not set";
  }

  private static String then(Plan plan) {
    return plan.then().isEmpty()
        ? ""
        : plan.then().stream().map(Job::word).collect(Collectors.joining(", ", ", then ", ""));
  }

  private String policy(String source) {
    return its(source)
        .map(it -> it.name() + ": " + String.join("; ", it.policy().describe()))
        .orElse("everything is kept");
  }

  private Optional<SourcePolicy> its(String source) {
    return Optional.ofNullable(deployment.plans().policies().get(source));
  }

  /// When the next runs begin, in the zone of the schedule.
  private List<ZonedDateTime> next(Plan plan) {
    Schedule schedule = plan.schedule();
    List<ZonedDateTime> runs = new ArrayList<>();
    Instant last = now;
    while (runs.size() < RUNS) {
      Optional<Instant> slot = schedule.next(last);
      if (slot.isEmpty()) {
        break;
      }
      last = slot.get();
      Instant due = schedule.dueAt(last, plan.name()).truncatedTo(ChronoUnit.SECONDS);
      runs.add(due.atZone(schedule.zone()));
    }
    return runs;
  }

  private List<String> remarks() {
    return Stream.concat(
            deployment.plans().remarks().stream(), deployment.server().remarks().stream())
        .toList();
  }

  private String scheduling() {
    return switch (deployment.scheduling()) {
      case ON -> "yes, where 'holdfast serve' runs";
      case OFF -> "no, because of ENABLE_SCHEDULED_BACKUPS=false";
    };
  }

  Map<String, Object> document() {
    Map<String, Object> map = CommandContext.object();
    map.put("problems", List.of());
    map.put("configFile", deployment.configFile());
    map.put("scheduling", deployment.scheduling() == Deployment.Scheduling.ON);
    map.put("zone", deployment.zone().getId());
    map.put("sources", deployment.sources().stream().map(this::source).toList());
    map.put("server", server(deployment.server()));
    Map<String, Object> tiers = CommandContext.object();
    deployment
        .tiers()
        .rates()
        .forEach(
            (tier, rates) -> tiers.put(tier.word(), rates.stream().map(it -> it.word()).toList()));
    map.put("tiers", tiers);
    map.put(
        "applications",
        deployment.applications().stream().map(DeploymentView::application).toList());
    map.put("remarks", remarks());
    return map;
  }

  private Map<String, Object> source(Settings source) {
    Map<String, Object> map = CommandContext.object();
    map.put("source", source.source());
    map.put("repository", Passwords.hidden(source.repository()));
    map.put("database", database(source));
    map.put("retention", its(source.source()).map(SourcePolicy::name));
    map.put("keeps", its(source.source()).map(it -> it.policy().describe()).orElse(List.of()));
    map.put(
        "schedules", deployment.plans().of(source.source()).stream().map(this::schedule).toList());
    return map;
  }

  private Map<String, Object> schedule(Plan plan) {
    Map<String, Object> map = CommandContext.object();
    map.put("name", plan.name());
    map.put("run", plan.job().word());
    map.put("when", plan.schedule().text());
    map.put("words", plan.schedule().describe());
    map.put("next", next(plan).stream().map(ZonedDateTime::toOffsetDateTime).toList());
    map.put("missed", plan.missed().text());
    map.put("attempts", plan.attempts());
    map.put("deadlineSeconds", plan.deadline().toSeconds());
    map.put("then", plan.then().stream().map(Job::word).toList());
    map.put("remarks", plan.schedule().remarks());
    return map;
  }

  private static Map<String, Object> application(Application application) {
    Map<String, Object> map = CommandContext.object();
    map.put("name", application.name());
    map.put("source", application.source());
    Map<String, Object> scopes = CommandContext.object();
    application.scopes().forEach((word, file) -> scopes.put(word, file.toString()));
    map.put("scopes", scopes);
    map.put("origins", application.origins());
    map.put("key", application.key().kind());
    return map;
  }

  private static Map<String, Object> server(ServerSection server) {
    Map<String, Object> map = CommandContext.object();
    map.put("address", server.address().getHostAddress());
    map.put("port", server.port().isPresent() ? server.port().getAsInt() : Optional.empty());
    map.put("data", server.data());
    map.put("catalogUrl", server.catalogUrl().map(Secret::toString));
    map.put("tls", server.tls().isPresent());
    map.put("externalUrl", server.externalUrl());
    map.put("trustedProxies", server.trustedProxies().stream().map(it -> it.text()).toList());
    map.put("sessionHours", server.session().toHours());
    map.put("restoreRoots", server.restoreRoots().stream().map(String::valueOf).toList());
    return map;
  }
}
