package io.holdfast.server.account;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.server.access.AccountCaller;
import io.holdfast.server.access.Right;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunRequest.TenantRestore.Aim;
import io.holdfast.server.run.RunRequest.TenantRestore.Step;
import io.holdfast.server.run.RunRequest.TenantRestore.What;
import io.holdfast.server.source.Applications;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Restores of an account: shown, done and taken back.
@RestController
@RequestMapping("/api/backups/{id}")
class AccountRestoreController {
  private static final String CREATE_MISSING = "create-missing";
  private static final String OVERWRITE = "overwrite";
  private static final Set<String> PRESETS = Set.of(CREATE_MISSING, OVERWRITE, "mirror");

  private final AccountBackups backups;
  private final AccountRuns runs;

  AccountRestoreController(AccountBackups backups, AccountRuns runs) {
    this.backups = backups;
    this.runs = runs;
  }

  /// What to restore and how.
  ///
  /// @param encryptionKey not needed for what is in the repository
  /// @param verifyOnly reads the backup back and changes nothing
  /// @param skipTables that stay as they are
  /// @param overwriteExisting rows that have changed become as they were; `preset` says it better
  /// @param preset `create-missing`, `overwrite` or `mirror`
  /// @param targetAccount copies into this account instead
  /// @param planDigest what a preview showed: anything else is not done
  record Wish(
      Optional<String> encryptionKey,
      Optional<Boolean> verifyOnly,
      Optional<List<String>> skipTables,
      Optional<Boolean> overwriteExisting,
      Optional<String> preset,
      Optional<String> targetAccount,
      Optional<String> planDigest) {
    static final Wish NOTHING_SAID =
        new Wish(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }

  @PostMapping("/preview")
  ResponseEntity<?> preview(
      @PathVariable String id,
      @RequestBody(required = false) Optional<Wish> wish,
      @RequestParam(defaultValue = AccountRuns.SECONDS) int wait,
      AccountCaller caller) {
    caller.require(Right.VIEW);
    AccountBackup backup = backups.require(caller.account(), id, SharedRight.RESTORE);
    Aim aim = backup.undoes() ? undo() : aim(wish.orElse(Wish.NOTHING_SAID));
    requireTarget(caller, backup, aim);
    return go(caller, backup, aim, Step.SHOWN, Optional.empty(), wait);
  }

  @PostMapping
  ResponseEntity<?> restore(
      @PathVariable String id,
      @RequestBody Wish wish,
      @RequestParam(defaultValue = AccountRuns.SECONDS) int wait,
      AccountCaller caller) {
    if (wish.verifyOnly().orElse(false)) {
      caller.require(Right.VIEW);
      AccountBackup backup = backups.require(caller, id);
      return runs.run(
          caller,
          new RunRequest.TenantVerify(AccountRuns.owner(caller), backup.snapshot()),
          id,
          wait,
          _ -> ResponseEntity.ok(AccountBackupController.verdict(backups.require(caller, id))));
    }
    AccountBackup backup = backups.require(caller.account(), id, SharedRight.RESTORE);
    if (backup.undoes()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "this backup takes a restore back and is no state to restore",
          "POST to /api/backups/ID/undo.");
    }
    Aim aim = aim(wish);
    boolean isIntoAnother = aim.what() == What.COPY && backup.shared().isEmpty();
    caller.require(isIntoAnother ? Right.COPY : Right.RESTORE);
    requireTarget(caller, backup, aim);
    return go(caller, backup, aim, Step.DONE, plan(wish.planDigest()), wait);
  }

  /// What an undo does.
  record Undo(Optional<String> planDigest) {}

  @PostMapping("/undo")
  ResponseEntity<?> undo(
      @PathVariable String id,
      @RequestBody Undo wish,
      @RequestParam(defaultValue = AccountRuns.SECONDS) int wait,
      AccountCaller caller) {
    caller.require(Right.RESTORE);
    AccountBackup backup = backups.require(caller, id);
    if (!backup.undoes()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "this backup is no safety backup of a restore",
          "A restore answers with 'safetyBackup'; GET /api/backups?type=safety lists them.");
    }
    return go(caller, backup, undo(), Step.DONE, plan(wish.planDigest()), wait);
  }

  private ResponseEntity<?> go(
      AccountCaller caller,
      AccountBackup backup,
      Aim aim,
      Step step,
      Optional<String> plan,
      int wait) {
    return runs.run(
        caller,
        new RunRequest.TenantRestore(
            AccountRuns.owner(caller),
            backup.snapshot(),
            backup.id(),
            backup.scope(),
            backup
                .scopeId()
                .or(() -> backup.shared().map(AccountBackup.Shared::account))
                .orElse(caller.externalId()),
            aim,
            step,
            plan),
        backup.id(),
        wait,
        AccountRestoreController::answer);
  }

  private static ResponseEntity<?> answer(Run run) {
    return ResponseEntity.ok(run.result());
  }

  /// Without one, what is done is what the account's data is like when it is done.
  private static Optional<String> plan(Optional<String> digest) {
    return digest.filter(text -> !text.isBlank());
  }

  /// Another account's data is written only if the application says that this user may. What others
  /// share goes into the account itself, and never where it came from.
  private static void requireTarget(AccountCaller caller, AccountBackup backup, Aim aim) {
    if (backup.shared().isPresent()) {
      requireOwn(caller, aim);
    } else if (aim.target().isEmpty()) {
      return;
    } else {
      requireAllowed(caller, aim.target().get());
    }
    if (!backup.scope().equals(Applications.FULL)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "a backup of scope " + backup.scope() + " cannot be copied into another account",
          "Copy a backup of the whole account.");
    }
  }

  private static void requireOwn(AccountCaller caller, Aim aim) {
    if (aim.target().filter(caller.externalId()::equals).isEmpty()) {
      throw new BackupException(
          ErrorCode.NOT_ALLOWED,
          "a backup that is shared is copied into the account that has the share, and nowhere else",
          "Give 'targetAccount' the account's own id.");
    }
  }

  private static void requireAllowed(AccountCaller caller, String target) {
    caller.require(Right.COPY);
    if (!caller.targets().contains(target)) {
      throw new BackupException(
          ErrorCode.NOT_ALLOWED,
          caller.user() + " may not copy into account " + Quoted.of(target),
          caller.application() + " allows that with the claim 'copyTo' of the token.");
    }
  }

  private static Aim undo() {
    return new Aim(What.UNDO, "", List.of(), Optional.empty());
  }

  private static Aim aim(Wish wish) {
    String preset =
        wish.preset().orElse(wish.overwriteExisting().orElse(false) ? OVERWRITE : CREATE_MISSING);
    if (!PRESETS.contains(preset)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Quoted.of(preset) + " is no preset",
          "Give " + String.join(", ", PRESETS.stream().sorted().toList()) + ".");
    }
    List<String> tables = AccountBackupController.few(wish.skipTables().orElse(List.of()));
    return new Aim(
        wish.targetAccount().isPresent() ? What.COPY : What.RESTORE,
        preset,
        tables,
        wish.targetAccount());
  }
}
