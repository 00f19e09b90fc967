package io.holdfast.tenant.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.restore.RestoreModel.Cause;
import io.holdfast.tenant.restore.RestoreModel.Kind;
import io.holdfast.tenant.restore.RestoreModel.Outcome;
import io.holdfast.tenant.restore.RestoreModel.Work;
import java.util.EnumSet;
import java.util.Set;

/// What the model says of one table, in numbers. A row can be blocked for more than one reason, of
/// which a plan tells one.
record ModelCounts(Outcome outcome, QualifiedName table) {
  /// What other rows of the plan may be the cause of.
  private static final Set<Reason> OF_OTHERS =
      EnumSet.of(
          Reason.PARENT_MISSING,
          Reason.NOT_OF_TENANT,
          Reason.UNIQUE_TAKEN,
          Reason.KEY_IN_USE,
          Reason.STILL_REFERENCED,
          Reason.CASCADE);

  TablePlan.Work work() {
    return new TablePlan.Work(count(Kind.INSERT), count(Kind.UPDATE), count(Kind.DELETE));
  }

  private long count(Kind kind) {
    return outcome.work().stream()
        .filter(work -> work.table().equals(table) && work.kind() == kind)
        .count();
  }

  long blockedRows() {
    return outcome.blocked().keySet().stream().filter(work -> work.table().equals(table)).count();
  }

  void requirePossible(Blocked told) {
    Cause cause = new Cause(told.reason(), told.detail());
    long most = 0;
    long least = 0;
    for (Work work : outcome.blocked().keySet()) {
      Set<Cause> causes = outcome.blocked().getOrDefault(work, Set.of());
      // In a circle nothing speaks against one row alone.
      boolean circle = causes.isEmpty() && OF_OTHERS.contains(told.reason());
      if (work.table().equals(table) && (causes.contains(cause) || circle)) {
        most++;
        least += causes.size() == 1 ? 1 : 0;
      }
    }
    assertThat(told.rows())
        .as("%s of %s, where the model has %s", told, table, outcome.blocked())
        .isGreaterThanOrEqualTo(least)
        .isLessThanOrEqualTo(most);
  }
}
