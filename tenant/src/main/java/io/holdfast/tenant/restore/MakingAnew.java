package io.holdfast.tenant.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.tenant.copy.CopyRules;
import io.holdfast.tenant.copy.ValueGroup;
import io.holdfast.tenant.scope.ColumnName;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Fills the tables of what ids become in a copy, and says clearly where that is impossible.
/// *Confined.*
final class MakingAnew {
  private static final int DRAWS_MAX = 1000;

  private final Steps steps;
  private final Renewal renewal;
  private final KnownValues known;

  MakingAnew(Steps steps, Renewal renewal, KnownValues known) {
    this.steps = steps;
    this.renewal = renewal;
    this.known = known;
  }

  /// @throws BackupException `SCOPE_MAP_UNSUITABLE` if there are no such values, or no column could
  ///   hold them
  void make(CopyRules rules) throws IOException {
    for (ValueGroup group : rules.groups()) {
      try {
        make(group);
      } catch (ServerErrorException e) {
        // Expressions that cannot be computed, sequences at their end, values of another type.
        if (!e.sqlState().startsWith("22")) {
          throw e;
        }
        throw unsuitable("new values of " + group.home() + " cannot be made: " + e.getMessage());
      }
    }
  }

  private void make(ValueGroup group) throws IOException {
    Optional<String> strange = renewal.strange(group);
    if (strange.isPresent()) {
      requireNone(
          steps.row(strange.get()).getFirst(), group, "are no UUIDs, so they cannot be made anew");
    }
    Optional<String> absent = renewal.absent(group);
    if (absent.isPresent()) {
      List<String> found = steps.row(absent.get());
      requireNone(
          found.get(0), group, "become null by the map's expression, such as " + found.get(1));
    }
    if (group.making().isFleeting()) {
      steps.run(known.recall(group));
    }
    Optional<String> lift = renewal.lift(group);
    if (lift.isPresent() && steps.count(renewal.unknown(group)) > 0) {
      steps.run(lift.get());
    }
    steps.run(renewal.make(group));
    draw(group);
    steps.run(renewal.evade(group, known).stream().toList());
    steps.run(Renewal.finish(group));
    for (Map.Entry<ColumnName, String> check : renewal.tooLarge(group).entrySet()) {
      List<String> found = steps.row(check.getValue());
      if (!found.get(0).equals("0")) {
        throw unsuitable(
            found.get(0)
                + " new numbers of "
                + group.home()
                + ", from "
                + found.get(1)
                + ", are too large for "
                + check.getKey());
      }
    }
    requireNone(
        steps.row(Renewal.unfit(group)).getFirst(), group, "would become too long for the column");
  }

  /// Draws until all numbers are free.
  private void draw(ValueGroup group) throws IOException {
    int rounds = 0;
    while (renewal.isDrawn(group)
        && steps.count(Renewal.dropRepeated(group)) + steps.count(known.dropTaken(group)) > 0) {
      if (++rounds > DRAWS_MAX) {
        throw new BackupException(
            ErrorCode.SCOPE_MAP_UNSUITABLE,
            "the numbers that the database gives for " + group.home() + " are taken",
            "Lift the sequence that it draws from, or let the map say how to make them, under"
                + " 'columns'.");
      }
      steps.run(renewal.make(group));
    }
  }

  private static void requireNone(String count, ValueGroup group, String what) {
    if (!count.equals("0")) {
      throw unsuitable(count + " values of " + group.home() + " " + what);
    }
  }

  private static BackupException unsuitable(String what) {
    return new BackupException(
        ErrorCode.SCOPE_MAP_UNSUITABLE,
        what,
        "Nothing was changed. Let the map say how, under 'columns': 'clone: {expression: ...}' for"
            + " this column, or make the column wider.");
  }
}
