package io.holdfast.server.account;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.server.access.AccountCaller;
import io.holdfast.server.access.Right;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunRequest.TenantBackup.Assets;
import io.holdfast.server.run.RunRequest.TenantBackup.Sealing;
import io.holdfast.server.source.Applications;
import io.holdfast.server.web.Page;
import java.net.URI;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/api/backups`: an account's own backups.
@RestController
@RequestMapping("/api/backups")
class AccountBackupController {
  private static final int TABLES_MAX = 200;

  private final AccountBackups backups;
  private final AccountSettingsStore settings;
  private final AccountRuns runs;
  private final Applications applications;
  private final AccountBackupLog log;
  private final AccountTemplates templates;

  AccountBackupController(
      AccountBackups backups,
      AccountSettingsStore settings,
      AccountRuns runs,
      Applications applications,
      AccountBackupLog log,
      AccountTemplates templates) {
    this.templates = templates;
    this.log = log;
    this.backups = backups;
    this.settings = settings;
    this.runs = runs;
    this.applications = applications;
  }

  @GetMapping
  Page<AccountBackup> list(
      @RequestParam Optional<String> type,
      @RequestParam(defaultValue = "50") int limit,
      @RequestParam(defaultValue = "0") int offset,
      AccountCaller caller) {
    caller.require(Right.VIEW);
    return backups.list(caller, type, new Page.Window(limit, offset));
  }

  /// What to back up; what is left out is as the template says, or else the account's settings.
  ///
  /// @param template its name
  /// @param scope `full`, or the name of a smaller scope
  /// @param scopeId which one of these
  /// @param skipTables whose rows are left out
  record Creation(
      Optional<String> template,
      Optional<String> scope,
      Optional<String> scopeId,
      Optional<Boolean> includeAudioFiles,
      Optional<Boolean> includeDocuments,
      Optional<Boolean> encrypt,
      Optional<List<String>> skipTables) {}

  @PostMapping
  ResponseEntity<?> create(
      @RequestBody Creation wanted,
      @RequestParam(defaultValue = AccountRuns.SECONDS) int wait,
      AccountCaller caller) {
    caller.require(Right.BACKUP);
    RunRequest.TenantBackup request = request(wanted, caller);
    return runs.run(
        caller,
        request,
        request.scope() + " " + request.scopeId(),
        wait,
        run -> created(caller, run));
  }

  private ResponseEntity<?> created(AccountCaller caller, Run run) {
    String id = String.valueOf(run.result().get(RunRequest.BACKUP));
    return ResponseEntity.created(URI.create("/api/backups/" + id))
        .body(Map.of("backup", backups.require(caller, id), "warnings", warnings(run)));
  }

  private RunRequest.TenantBackup request(Creation wanted, AccountCaller caller) {
    Optional<AccountTemplate> template =
        wanted.template().map(name -> templates.require(caller, name));
    AccountSettings usual =
        template
            .map(AccountTemplate::settings)
            .orElseGet(() -> settings.of(caller.account(), caller.tier()));
    String scope =
        wanted.scope().or(() -> template.map(AccountTemplate::scope)).orElse(Applications.FULL);
    // Said before it waits in a queue.
    var _ = Applications.map(applications.require(caller.application()), scope);
    Set<Assets> included = EnumSet.noneOf(Assets.class);
    if (wanted.includeAudioFiles().orElse(usual.includeAudioFiles())) {
      included.add(Assets.AUDIO);
    }
    if (wanted.includeDocuments().orElse(usual.includeDocuments())) {
      included.add(Assets.DOCUMENTS);
    }
    return new RunRequest.TenantBackup(
        AccountRuns.owner(caller),
        scope,
        scopeId(scope, wanted.scopeId(), caller),
        included,
        few(wanted.skipTables().orElse(List.of())),
        wanted.encrypt().orElse(usual.encryptBackups()) ? Sealing.SEALED : Sealing.PLAIN);
  }

  /// The account itself is never named by the request.
  private static String scopeId(String scope, Optional<String> given, AccountCaller caller) {
    if (!scope.equals(Applications.FULL)) {
      return given.orElseThrow(
          () ->
              new BackupException(
                  ErrorCode.BAD_ARGUMENT,
                  "no 'scopeId' says which " + scope + " is meant",
                  "Give the id of one that belongs to the account."));
    }
    if (given.filter(id -> !id.equals(caller.externalId())).isPresent()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Quoted.of(given.get()) + " is not the account that is signed in",
          "Leave 'scopeId' out with scope full.");
    }
    return caller.externalId();
  }

  static List<String> few(List<String> tables) {
    if (tables.size() > TABLES_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          tables.size() + " tables are named",
          "Name at most " + TABLES_MAX + ".");
    }
    return tables;
  }

  static Object warnings(Run run) {
    return run.result().getOrDefault("warnings", List.of());
  }

  /// The backup itself, or what comes of looking at it.
  @GetMapping("/{id}")
  ResponseEntity<?> show(
      @PathVariable String id,
      @RequestParam Optional<String> action,
      @RequestParam(defaultValue = AccountRuns.SECONDS) int wait,
      AccountCaller caller) {
    return switch (action.orElse("")) {
      case "" -> {
        caller.require(Right.VIEW);
        yield ResponseEntity.ok(backups.require(caller.account(), id, SharedRight.VIEW));
      }
      case "verify" -> verify(id, wait, caller);
      default ->
          throw new BackupException(
              ErrorCode.BAD_ARGUMENT,
              Quoted.of(action.get()) + " cannot be done with GET",
              "Give action=verify, or POST to /api/backups/ID/preview or /download.");
    };
  }

  @PostMapping("/{id}/verify")
  ResponseEntity<?> verify(
      @PathVariable String id,
      @RequestParam(defaultValue = AccountRuns.SECONDS) int wait,
      AccountCaller caller) {
    caller.require(Right.VIEW);
    AccountBackup backup = backups.require(caller, id);
    return runs.run(
        caller,
        new RunRequest.TenantVerify(AccountRuns.owner(caller), backup.snapshot()),
        id,
        wait,
        _ -> ResponseEntity.ok(verdict(backups.require(caller, id))));
  }

  static Map<String, Object> verdict(AccountBackup backup) {
    Map<String, Object> verdict = new LinkedHashMap<>();
    verdict.put("valid", true);
    verdict.put("backup", backup);
    return verdict;
  }

  /// What was told when it was made, verified and restored.
  @GetMapping("/{id}/log")
  Page<AccountBackupLog.Line> log(
      @PathVariable String id,
      @RequestParam(defaultValue = "50") int limit,
      @RequestParam(defaultValue = "0") int offset,
      AccountCaller caller) {
    caller.require(Right.VIEW);
    return log.of(caller, backups.require(caller, id), new Page.Window(limit, offset));
  }

  @DeleteMapping("/{id}")
  ResponseEntity<?> delete(
      @PathVariable String id,
      @RequestParam(defaultValue = AccountRuns.SECONDS) int wait,
      AccountCaller caller) {
    caller.require(Right.DELETE);
    AccountBackup backup = backups.require(caller, id);
    return runs.run(
        caller,
        new RunRequest.TenantForget(AccountRuns.owner(caller), List.of(backup.snapshot())),
        id,
        wait,
        _ ->
            ResponseEntity.ok(
                Map.of("deleted", id, "bytesGo", "when the server prunes the repository next")));
  }
}
