package io.holdfast.postgres.recovery;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.RecoveryTarget.AtLsn;
import io.holdfast.postgres.recovery.RecoveryTarget.AtName;
import io.holdfast.postgres.recovery.RecoveryTarget.AtTime;
import io.holdfast.postgres.recovery.RecoveryTarget.AtXid;
import io.holdfast.postgres.recovery.RecoveryTarget.Immediate;
import io.holdfast.postgres.recovery.RecoveryTarget.Latest;
import io.holdfast.postgres.wal.WalFact;
import io.holdfast.postgres.wal.WalFact.RestorePoint;
import io.holdfast.postgres.wal.WalFact.TransactionEnd;
import io.holdfast.postgres.wal.WalRecord;
import io.holdfast.postgres.wal.WalSummary;
import io.holdfast.postgres.wal.WalSummary.Sample;
import io.holdfast.postgres.wal.WalSummary.Transactions;
import java.time.Instant;
import java.util.Optional;

/// The rule by which the server would stop at a target.
sealed interface Search {
  /// Whether the record at which to stop may be among those of a summary. Saying yes too often only
  /// costs time.
  boolean mayStopIn(WalSummary summary);

  /// How to stop at a record, if here.
  Optional<StopRule> stopAt(WalRecord record, Optional<WalFact> fact);

  /// The start of a record before which there is certainly no stop.
  default Optional<Sample> notBefore(WalSummary summary) {
    return Optional.empty();
  }

  /// The rule of a target.
  static Search of(RecoveryTarget target, BackupFacts backup) {
    return switch (target) {
      case Latest latest -> new Never();
      case Immediate immediate -> new Consistency(backup.stopLsn());
      case AtTime(Instant time, Inclusion inclusion) -> new Time(time, inclusion);
      case AtLsn(Lsn lsn, Inclusion inclusion) -> new Position(lsn, inclusion);
      case AtXid(long xid, Inclusion inclusion) -> new Xid(xid, inclusion);
      case AtName(String name) -> new Name(name);
    };
  }

  private static StopRule rule(Inclusion inclusion) {
    return switch (inclusion) {
      case INCLUSIVE -> StopRule.AFTER_RECORD;
      case EXCLUSIVE -> StopRule.BEFORE_RECORD;
    };
  }

  /// To the end.
  record Never() implements Search {
    @Override
    public boolean mayStopIn(WalSummary summary) {
      return false;
    }

    @Override
    public Optional<StopRule> stopAt(WalRecord record, Optional<WalFact> fact) {
      return Optional.empty();
    }
  }

  /// The record with which the copy becomes consistent.
  record Consistency(Lsn stop) implements Search {
    @Override
    public boolean mayStopIn(WalSummary summary) {
      return !summary.end().isBefore(stop);
    }

    @Override
    public Optional<StopRule> stopAt(WalRecord record, Optional<WalFact> fact) {
      return record.end().isBefore(stop) ? Optional.empty() : Optional.of(StopRule.AT_CONSISTENCY);
    }
  }

  /// Before the first end of a transaction with a later time; exclusive: with this time or later.
  record Time(Instant target, Inclusion inclusion) implements Search {
    private boolean crosses(Instant time) {
      return switch (inclusion) {
        case INCLUSIVE -> time.isAfter(target);
        case EXCLUSIVE -> !time.isBefore(target);
      };
    }

    @Override
    public boolean mayStopIn(WalSummary summary) {
      return summary.transactions().map(Transactions::latest).filter(this::crosses).isPresent();
    }

    @Override
    public Optional<StopRule> stopAt(WalRecord record, Optional<WalFact> fact) {
      return fact.orElse(null) instanceof TransactionEnd end && crosses(end.time())
          ? Optional.of(StopRule.BEFORE_RECORD)
          : Optional.empty();
    }

    @Override
    public Optional<Sample> notBefore(WalSummary summary) {
      Optional<Sample> last = Optional.empty();
      if (summary.transactions().isPresent()) {
        for (Sample sample : summary.transactions().get().samples()) {
          if (crosses(sample.latest())) {
            break;
          }
          last = Optional.of(sample);
        }
      }
      return last;
    }
  }

  /// The first record that starts here or later.
  record Position(Lsn target, Inclusion inclusion) implements Search {
    @Override
    public boolean mayStopIn(WalSummary summary) {
      return summary.records().filter(records -> !records.last().isBefore(target)).isPresent();
    }

    @Override
    public Optional<StopRule> stopAt(WalRecord record, Optional<WalFact> fact) {
      return record.start().isBefore(target) ? Optional.empty() : Optional.of(rule(inclusion));
    }
  }

  /// The end of one transaction.
  record Xid(long target, Inclusion inclusion) implements Search {
    @Override
    public boolean mayStopIn(WalSummary summary) {
      return summary
          .transactions()
          .filter(t -> t.lowestXid() <= target && target <= t.highestXid())
          .isPresent();
    }

    @Override
    public Optional<StopRule> stopAt(WalRecord record, Optional<WalFact> fact) {
      return fact.orElse(null) instanceof TransactionEnd end && end.xid() == target
          ? Optional.of(rule(inclusion))
          : Optional.empty();
    }
  }

  /// The first restore point of a name.
  record Name(String target) implements Search {
    @Override
    public boolean mayStopIn(WalSummary summary) {
      return summary.omittedRestorePoints() > 0
          || summary.restorePoints().stream().anyMatch(point -> point.name().equals(target));
    }

    @Override
    public Optional<StopRule> stopAt(WalRecord record, Optional<WalFact> fact) {
      return fact.orElse(null) instanceof RestorePoint point && point.name().equals(target)
          ? Optional.of(StopRule.AFTER_RECORD)
          : Optional.empty();
    }
  }
}
