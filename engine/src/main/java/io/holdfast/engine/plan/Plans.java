package io.holdfast.engine.plan;

import io.holdfast.engine.retention.RetentionPolicy;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// All that comes again and again, and what it keeps to.
///
/// @param byName in the order of their names
/// @param policies by sources; those of other sources keep everything
/// @param remarks what people should know who wrote this, as sentences, besides what schedules
///   remark themselves
public record Plans(
    Map<String, Plan> byName, Map<String, SourcePolicy> policies, List<String> remarks) {
  /// Nothing comes by itself.
  public static final Plans NONE = new Plans(Map.of(), Map.of(), List.of());

  public Plans {
    byName = Collections.unmodifiableMap(new TreeMap<>(byName));
    policies = Collections.unmodifiableMap(new TreeMap<>(policies));
    remarks = List.copyOf(remarks);
  }

  /// The plans of a source, in the order of their names.
  public List<Plan> of(String source) {
    return byName.values().stream().filter(plan -> plan.source().equals(source)).toList();
  }

  /// What decides which backups of a source are kept, if anything does.
  public Optional<RetentionPolicy> policyOf(String source) {
    return Optional.ofNullable(policies.get(source)).map(SourcePolicy::policy);
  }

  /// Those of one source alone, with all remarks.
  public Plans only(String source) {
    Map<String, Plan> its = new TreeMap<>(byName);
    its.values().removeIf(plan -> !plan.source().equals(source));
    Map<String, SourcePolicy> itsPolicy = new TreeMap<>(policies);
    itsPolicy.keySet().retainAll(List.of(source));
    return new Plans(its, itsPolicy, remarks);
  }
}
