package io.holdfast.tenant.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tenant.restore.RestoreModel.Outcome;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

/// What happened in many cases, so that a test can say that everything did.
final class RestoreTally {
  private static final int MANY = 1_000;

  /// Only copies and erasures have these; no case here is one.
  private static final EnumSet<Reason> OF_OTHERS =
      EnumSet.of(Reason.KEY_TAKEN, Reason.OUTSIDE, Reason.ERASED);

  private final Map<Reason, Long> blocked = new EnumMap<>(Reason.class);
  private long plans;
  private long unclear;
  private long inserts;
  private long updates;
  private long deletes;

  void add(RestorePlan plan, Outcome expected) {
    plans++;
    unclear += expected.clear() ? 0 : 1;
    inserts += plan.inserts();
    updates += plan.updates();
    deletes += plan.deletes();
    plan.tables()
        .forEach(
            table ->
                table.blocked().forEach(of -> blocked.merge(of.reason(), of.rows(), Long::sum)));
  }

  /// In many cases there is one of everything, and hardly one that the rules leave open.
  void requireVariety() {
    if (plans >= MANY) {
      assertThat(blocked.keySet()).as(toString()).isEqualTo(EnumSet.complementOf(OF_OTHERS));
      assertThat(unclear * 20).as(toString()).isLessThan(plans);
    }
  }

  @Override
  public String toString() {
    return plans
        + " plans ("
        + unclear
        + " unclear), "
        + inserts
        + " inserts, "
        + updates
        + " updates, "
        + deletes
        + " deletes, blocked "
        + blocked;
  }
}
