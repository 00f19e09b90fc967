package io.holdfast.server.operation;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.server.access.AccountCaller;
import io.holdfast.server.access.Caller;
import io.holdfast.server.access.Right;
import io.holdfast.server.access.Visitor;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunStore;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/// Runs, for whoever may see them.
@Component
final class VisibleRuns {
  private final RunStore runs;
  private final AccountRunRows ofAccounts;

  VisibleRuns(RunStore runs, AccountRunRows ofAccounts) {
    this.runs = runs;
    this.ofAccounts = ofAccounts;
  }

  /// Accounts see their own only, and cannot tell those of others from ones that are not there.
  ///
  /// @throws BackupException `RUN_NOT_FOUND`
  Run require(String id, Visitor visitor) {
    return uuid(id)
        .flatMap(
            it ->
                switch (visitor) {
                  case Caller _ -> runs.find(it);
                  case AccountCaller caller -> {
                    caller.require(Right.VIEW);
                    yield ofAccounts.find(caller, it);
                  }
                })
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.RUN_NOT_FOUND,
                    "there is no operation " + Quoted.of(id),
                    "GET /api/operations lists them."));
  }

  private static Optional<UUID> uuid(String id) {
    try {
      return Optional.of(UUID.fromString(id));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
