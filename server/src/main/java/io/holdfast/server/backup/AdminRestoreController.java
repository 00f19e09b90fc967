package io.holdfast.server.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.server.access.Caller;
import io.holdfast.server.operation.OperationView;
import io.holdfast.server.operation.Requests;
import io.holdfast.server.run.RunFilter;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunStore;
import io.holdfast.server.source.RestoreRoots;
import io.holdfast.server.source.Sources;
import io.holdfast.server.web.Page;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Backups of sources that are read back, proved and restored.
@RestController
class AdminRestoreController {
  private static final String PHYSICAL = "physical";
  private static final int REASON_CHARACTERS_MAX = 500;

  /// What may be a time; the engine reads it.
  private static final Pattern TIME = Pattern.compile("[0-9][0-9A-Za-z:+./_ -]{9,63}");

  private final Requests requests;
  private final RunStore runs;
  private final InstanceBackups backups;
  private final Sources sources;
  private final RestoreRoots roots;

  AdminRestoreController(
      Requests requests,
      RunStore runs,
      InstanceBackups backups,
      Sources sources,
      RestoreRoots roots) {
    this.requests = requests;
    this.runs = runs;
    this.backups = backups;
    this.sources = sources;
    this.roots = roots;
  }

  /// @param type of the backup, to be sure
  record Verification(Optional<String> backupId, Optional<String> type) {}

  @PostMapping("/api/admin/backup/verify")
  ResponseEntity<?> verify(
      @RequestBody Verification wanted,
      @RequestParam(defaultValue = Requests.SECONDS) int wait,
      Caller caller) {
    caller.requireOperator();
    InstanceBackups.Located backup = backup(wanted.backupId(), wanted.type());
    return requests.run(
        caller,
        new RunRequest.Verify(backup.snapshot()),
        backup.via(),
        new Requests.Entry("backup.verify", backup.entry().id(), Map.of()),
        wait);
  }

  private InstanceBackups.Located backup(Optional<String> id, Optional<String> type) {
    return backups.require(
        id.orElseThrow(
            () -> refused("no 'backupId' says which backup is meant", "Give the id of one.")),
        type);
  }

  /// @param type of the backup, to be sure
  /// @param dryRun shows the plan and restores nothing
  /// @param verify reads the backup back before
  /// @param target the directory to make, on the server that takes the run
  /// @param until `latest` (the end of its WAL), `backup` (its own end) or a time with a zone
  /// @param confirm the id of the backup, once more
  /// @param reason for the audit log
  record Restoration(
      Optional<String> backupId,
      Optional<String> type,
      Optional<Boolean> dryRun,
      Optional<Boolean> verify,
      Optional<String> target,
      Optional<String> until,
      Optional<String> confirm,
      Optional<String> reason) {}

  @PostMapping("/api/admin/backup/restore")
  ResponseEntity<?> restore(
      @RequestBody Restoration wanted,
      @RequestParam(defaultValue = Requests.SECONDS) int wait,
      Caller caller) {
    boolean shown = wanted.dryRun().orElse(false);
    if (shown) {
      caller.requireOperator();
    } else {
      caller.requireAdmin();
    }
    InstanceBackups.Located backup = backup(wanted.backupId(), wanted.type());
    requirePhysical(backup.entry());
    String target =
        wanted
            .target()
            .orElseThrow(
                () ->
                    refused(
                        "no 'target' says where to restore to",
                        "Give a directory that is empty or does not exist yet."));
    var _ = roots.require(target);
    String until = until(wanted.until());
    String reason = shown ? "" : confirmed(wanted, backup.entry());
    RunRequest.Restore request =
        new RunRequest.Restore(
            backup.snapshot(),
            backup.entry().id(),
            backup.entry().source(),
            target,
            until,
            shown ? RunRequest.Restore.Stage.SHOWN : RunRequest.Restore.Stage.DONE,
            wanted.verify().orElse(false)
                ? RunRequest.Restore.Before.VERIFIED
                : RunRequest.Restore.Before.NOTHING);
    return requests.run(
        caller,
        request,
        backup.via(),
        new Requests.Entry(
            "backup." + request.kind(),
            backup.entry().id(),
            Map.of("target", target, "until", until, "reason", reason)),
        wait);
  }

  private static String until(Optional<String> said) {
    String until = said.orElse(RunRequest.Restore.LATEST);
    boolean isWord =
        until.equals(RunRequest.Restore.LATEST) || until.equals(RunRequest.Restore.OF_BACKUP);
    if (!isWord && !TIME.matcher(until).matches()) {
      throw refused(
          Quoted.of(until) + " is no moment",
          "Give latest, backup, or a time with its zone such as 2026-11-21T10:41:59Z.");
    }
    return until;
  }

  private static String confirmed(Restoration wanted, BackupEntry backup) {
    if (!wanted.confirm().orElse("").equals(backup.id())) {
      throw refused(
          "'confirm' is not the id of the backup",
          "Give " + Quoted.of(backup.id()) + " as 'confirm' to restore it.");
    }
    String reason = wanted.reason().orElse("").strip();
    if (reason.isEmpty() || reason.length() > REASON_CHARACTERS_MAX) {
      throw refused(
          "the 'reason' has " + reason.length() + " characters",
          "Say in 1 to " + REASON_CHARACTERS_MAX + " why, for the audit log.");
    }
    return reason;
  }

  private static void requirePhysical(BackupEntry backup) {
    if (!backup.kind().equals(PHYSICAL)) {
      throw refused(
          backup.id() + " is a backup of kind " + backup.kind() + ", not of a whole cluster",
          backup.kind().equals("files")
              ? "'holdfast files restore' restores it."
              : "'holdfast dump restore' restores it.");
    }
  }

  private static BackupException refused(String what, String hint) {
    return new BackupException(ErrorCode.BAD_ARGUMENT, what, hint);
  }

  /// @param backupId without it, the newest physical backup of the source
  record Proof(Optional<String> source, Optional<String> backupId) {}

  @PostMapping("/api/test-restores")
  ResponseEntity<?> testRestore(
      @RequestBody Proof wanted, @RequestParam(defaultValue = "0") int wait, Caller caller) {
    caller.requireOperator();
    if (wanted.backupId().isEmpty()) {
      String source = sources.choose(wanted.source());
      return requests.run(
          caller,
          new RunRequest.TestRestore(RunRequest.LATEST),
          source,
          new Requests.Entry("backup.test-restore", source, Map.of()),
          wait);
    }
    InstanceBackups.Located backup = backup(wanted.backupId(), Optional.empty());
    requirePhysical(backup.entry());
    wanted
        .source()
        .filter(it -> !it.equals(backup.entry().source()))
        .ifPresent(
            other -> {
              throw refused(
                  backup.entry().id() + " is not a backup of source " + Quoted.of(other),
                  "Leave 'source' out.");
            });
    return requests.run(
        caller,
        new RunRequest.TestRestore(backup.snapshot()),
        backup.via(),
        new Requests.Entry("backup.test-restore", backup.entry().id(), Map.of()),
        wait);
  }

  @GetMapping("/api/test-restores")
  Page<OperationView> testRestores(
      @RequestParam Optional<String> source,
      @RequestParam(defaultValue = "50") int limit,
      @RequestParam(defaultValue = "0") int offset) {
    Page.Window window = new Page.Window(limit, offset);
    RunFilter filter = new RunFilter(source, Optional.of("test-restore"), Optional.empty());
    return Page.of(
        runs.list(filter, limit, offset).stream().map(OperationView::of).toList(),
        runs.count(filter),
        window);
  }
}
