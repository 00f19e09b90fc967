package io.holdfast.server.schedule;

import io.holdfast.engine.plan.Job;
import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.schedule.MissedPolicy;
import io.holdfast.engine.schedule.Schedule;
import io.holdfast.server.catalog.CatalogJson;
import java.time.Duration;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Plans as JSON, for the catalog.
final class PlanJson {
  private final CatalogJson json;

  PlanJson(CatalogJson json) {
    this.json = json;
  }

  String text(Plan plan) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("source", plan.source());
    map.put("run", plan.job().word());
    map.put("when", plan.schedule().text());
    map.put("missed", plan.missed().text());
    map.put("attempts", plan.attempts());
    map.put("deadlineSeconds", plan.deadline().toSeconds());
    map.put("then", plan.then().stream().map(Job::word).toList());
    return json.text(map);
  }

  /// @throws RuntimeException if a newer server wrote what this one does not know
  Plan plan(String name, String text) {
    Map<String, Object> map = json.object(text);
    return new Plan(
        name,
        string(map, "source"),
        Job.parse(string(map, "run")),
        Schedule.parse(string(map, "when"), ZoneId.of("UTC")),
        MissedPolicy.parse(string(map, "missed")),
        number(map, "attempts").intValue(),
        Duration.ofSeconds(number(map, "deadlineSeconds").longValue()),
        ((List<?>) require(map, "then")).stream().map(word -> Job.parse((String) word)).toList());
  }

  private static String string(Map<String, Object> map, String key) {
    return (String) require(map, key);
  }

  private static Number number(Map<String, Object> map, String key) {
    return (Number) require(map, key);
  }

  private static Object require(Map<String, Object> map, String key) {
    return Optional.ofNullable(map.get(key))
        .orElseThrow(() -> new IllegalArgumentException("the plan has no '" + key + "'"));
  }
}
