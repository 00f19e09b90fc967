package io.holdfast.engine.config;

import io.holdfast.engine.config.ConfigFile.SourceEntry;
import io.holdfast.engine.plan.Job;
import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.plan.SourcePolicy;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What schedules of a file refer to: its sources, with their policies, zones and presets.
///
/// @param sources those that are defined, also if something is wrong with them
/// @param presets plans of presets by their names
/// @param policies by sources
/// @param zone of what names none
record PlansOfFile(
    Map<String, SourceEntry> sources,
    Map<String, Plan> presets,
    Map<String, SourcePolicy> policies,
    ZoneId zone,
    OtherPolicies others) {
  /// Whether another file has a policy for sources that have none here.
  enum OtherPolicies {
    NONE,
    /// What is in it is seen when it is read.
    POSSIBLE,
    CERTAIN
  }

  static PlansOfFile of(
      Map<String, SourceEntry> sources,
      RetentionSection retention,
      ZoneId zone,
      OtherPolicies others) {
    Map<String, Plan> presets = new TreeMap<>();
    Map<String, SourcePolicy> policies = new TreeMap<>();
    sources.forEach(
        (name, source) -> {
          ZoneId its = source.zone().orElse(zone);
          policy(source, retention, its).ifPresent(policy -> policies.put(name, policy));
          boolean isCleaned = policies.containsKey(name) || others == OtherPolicies.CERTAIN;
          List<Job> last = isCleaned ? List.of(Job.RETENTION) : List.of();
          source
              .preset()
              .ifPresent(
                  preset ->
                      preset.plans(name, its, last).forEach(it -> presets.put(it.name(), it)));
        });
    return new PlansOfFile(sources, presets, policies, zone, others);
  }

  private static Optional<SourcePolicy> policy(
      SourceEntry source, RetentionSection retention, ZoneId zone) {
    Optional<String> name = source.retention();
    if (name.isPresent()) {
      return name.flatMap(it -> Optional.ofNullable(retention.policies().get(it)))
          .map(policy -> new SourcePolicy(name.get(), policy));
    }
    return source
        .preset()
        .flatMap(
            preset ->
                preset
                    .policy(zone)
                    .map(policy -> new SourcePolicy("preset " + preset.word(), policy)));
  }

  /// Whether there is, or may be, something to clean a source up by.
  boolean canBeCleaned(String source) {
    return others != OtherPolicies.NONE
        || Optional.ofNullable(sources.get(source))
            .filter(
                it ->
                    it.retention().isPresent()
                        || it.preset().flatMap(p -> p.policy(zone)).isPresent())
            .isPresent();
  }

  /// The zone of schedules of a source that name none.
  ZoneId zoneOf(String source) {
    return Optional.ofNullable(sources.get(source)).flatMap(SourceEntry::zone).orElse(zone);
  }
}
