package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.application.StorePlace;
import io.holdfast.tenant.restore.RestorePolicy.Preset;
import io.holdfast.tenant.restore.RowSample;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What is to come back, and how. [#of] asks for the usual.
///
/// @param backup its name, or `latest`
/// @param id of the root's row, as the backup has it
/// @param within whose the root's row has to be, before and afterwards, if not just anybody's
/// @param without asset groups that are left as they are
/// @param stores where the stores that the map names are, by name
/// @param shared what becomes of files and large objects that rows of others name, too
/// @param lockWait how long to wait for others who have rows or tables
public record TenantRestoreRequest(
    String backup,
    Scope scope,
    String id,
    Optional<Within> within,
    Aim aim,
    Set<String> without,
    Map<String, StorePlace> stores,
    SharedAssets shared,
    Mode mode,
    Duration lockWait) {
  /// Which scope it is, and by which map.
  public sealed interface Scope {
    /// By the map of the backup.
    record OfBackup(String name) implements Scope {}

    /// By the map of a file.
    record OfFile(Path map) implements Scope {}
  }

  /// What is to be reached.
  public sealed interface Aim {
    /// Rows come back.
    ///
    /// @param skipped names of tables that stay as they are, with their schemas
    /// @param operator who stands for people that are missing, where the map says so
    record Restore(Preset preset, List<String> skipped, Optional<String> operator) implements Aim {
      public Restore {
        skipped = List.copyOf(skipped);
      }
    }

    /// Rows become those of another tenant, with ids of their own.
    ///
    /// @param to the id of the other one
    /// @param operation names the copy: what has the same name is made once, however often it is
    ///   asked for; without one, it is the only copy of the one to the other
    /// @param labels of the backup that undoes it, which is the other one's
    record Copy(
        String to,
        Optional<String> operation,
        List<String> skipped,
        Optional<String> operator,
        Map<String, String> labels)
        implements Aim {
      public Copy {
        skipped = List.copyOf(skipped);
        labels = Map.copyOf(labels);
        TenantBackupRequest.requireLabels(labels);
      }

      /// Without labels.
      public Copy(
          String to, Optional<String> operation, List<String> skipped, Optional<String> operator) {
        this(to, operation, skipped, operator, Map.of());
      }
    }

    /// A restore is undone.
    record Undo() implements Aim {}

    /// @param preset as commands name it
    /// @throws BackupException `BAD_ARGUMENT` if there is none
    static Aim restore(String preset, List<String> skipped, Optional<String> operator) {
      return Arrays.stream(Preset.values())
          .filter(one -> one.word().equals(preset))
          .findFirst()
          .map(one -> new Restore(one, skipped, operator))
          .orElseThrow(
              () ->
                  new BackupException(
                      ErrorCode.BAD_ARGUMENT,
                      "--preset " + preset + " is not known",
                      "Use "
                          + Arrays.stream(Preset.values())
                              .map(Preset::word)
                              .collect(Collectors.joining(", "))
                          + "."));
    }
  }

  /// How far it goes.
  public sealed interface Mode {
    /// Nothing is changed.
    ///
    /// @param rows how many rows of each table and kind are shown, at most [RowSample#ROWS_MAX]
    record Preview(int rows) implements Mode {
      public Preview {
        if (rows < 0 || rows > RowSample.ROWS_MAX) {
          throw new BackupException(
              ErrorCode.BAD_ARGUMENT,
              "a preview cannot show " + rows + " rows of each kind",
              "Give --rows a number from 0 to " + RowSample.ROWS_MAX + ".");
        }
      }

      /// Counts only.
      public Preview() {
        this(0);
      }
    }

    /// What was shown is done.
    ///
    /// @param plan the digest that was shown
    record Apply(String plan, Blocked blocked) implements Mode {}
  }

  /// What becomes of a plan in which rows are blocked.
  public enum Blocked {
    REFUSED,
    LEFT_OUT
  }

  public TenantRestoreRequest {
    without = Set.copyOf(without);
    stores = Map.copyOf(stores);
  }

  /// The newest backup, without files of stores.
  public static TenantRestoreRequest of(Scope scope, String id, Aim aim, Mode mode) {
    return new TenantRestoreRequest(
        BackupCatalog.LATEST,
        scope,
        id,
        Optional.empty(),
        aim,
        Set.of(),
        Map.of(),
        SharedAssets.INCLUDED,
        mode,
        TenantBackupRequest.USUAL_LOCK_WAIT);
  }

  public TenantRestoreRequest withBackup(String other) {
    return new TenantRestoreRequest(
        other, scope, id, within, aim, without, stores, shared, mode, lockWait);
  }

  /// The same, of a scope that has to lie within a larger one.
  public TenantRestoreRequest withWithin(Within other) {
    return new TenantRestoreRequest(
        backup, scope, id, Optional.of(other), aim, without, stores, shared, mode, lockWait);
  }

  public TenantRestoreRequest withWithout(Set<String> other) {
    return new TenantRestoreRequest(
        backup, scope, id, within, aim, other, stores, shared, mode, lockWait);
  }

  public TenantRestoreRequest withStores(Map<String, StorePlace> other) {
    return new TenantRestoreRequest(
        backup, scope, id, within, aim, without, other, shared, mode, lockWait);
  }

  public TenantRestoreRequest withShared(SharedAssets other) {
    return new TenantRestoreRequest(
        backup, scope, id, within, aim, without, stores, other, mode, lockWait);
  }

  public TenantRestoreRequest withMode(Mode other) {
    return new TenantRestoreRequest(
        backup, scope, id, within, aim, without, stores, shared, other, lockWait);
  }

  public TenantRestoreRequest withLockWait(Duration other) {
    return new TenantRestoreRequest(
        backup, scope, id, within, aim, without, stores, shared, mode, other);
  }
}
