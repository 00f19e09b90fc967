package io.holdfast.server.schedule;

import io.holdfast.engine.plan.Plan;
import java.util.List;

/// The plans of the configuration.
public record Plans(List<Plan> all) {
  public Plans {
    all = List.copyOf(all);
  }
}
