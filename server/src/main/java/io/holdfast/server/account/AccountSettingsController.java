package io.holdfast.server.account;

import io.holdfast.server.access.AccountCaller;
import io.holdfast.server.access.Right;
import io.holdfast.server.audit.Audit;
import java.util.Map;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/api/backups/settings` and `/schedule`: what is done for an account by itself.
@RestController
@RequestMapping("/api/backups")
class AccountSettingsController {
  private final AccountSettingsStore settings;
  private final AccountTemplates templates;
  private final AccountScheduler scheduler;
  private final Audit audit;

  AccountSettingsController(
      AccountSettingsStore settings,
      AccountTemplates templates,
      AccountScheduler scheduler,
      Audit audit) {
    this.settings = settings;
    this.templates = templates;
    this.scheduler = scheduler;
    this.audit = audit;
  }

  @GetMapping("/settings")
  AccountSettings show(AccountCaller caller) {
    caller.require(Right.VIEW);
    return settings.of(caller.account(), caller.tier());
  }

  /// What is to change; what is left out stays.
  record Change(
      Optional<Boolean> autoBackupEnabled,
      Optional<String> frequency,
      Optional<Boolean> includeAudioFiles,
      Optional<Boolean> includeDocuments,
      Optional<Integer> retentionDays,
      Optional<Integer> maxBackups,
      Optional<Boolean> encryptBackups) {
    AccountSettings of(AccountSettings before) {
      return new AccountSettings(
          autoBackupEnabled.orElse(before.autoBackupEnabled()),
          frequency.orElse(before.frequency()),
          includeAudioFiles.orElse(before.includeAudioFiles()),
          includeDocuments.orElse(before.includeDocuments()),
          retentionDays.orElse(before.retentionDays()),
          maxBackups.orElse(before.maxBackups()),
          encryptBackups.orElse(before.encryptBackups()));
    }
  }

  /// @param template the settings of this name first, and then what the change says
  @PutMapping("/settings")
  AccountSettings change(
      @RequestBody Change change, @RequestParam Optional<String> template, AccountCaller caller) {
    caller.require(Right.SETTINGS);
    AccountSettings before =
        template
            .map(name -> templates.require(caller, name).settings())
            .orElseGet(() -> settings.of(caller.account(), caller.tier()));
    AccountSettings after = change.of(before);
    settings.change(
        caller.account(),
        caller.tier(),
        after,
        () -> {
          scheduler.changed(caller.account(), caller.tier(), after);
          audit.record(
              caller.name(),
              "account.settings",
              caller.externalId(),
              Map.of(
                  "frequency", after.frequency(),
                  "autoBackupEnabled", after.autoBackupEnabled(),
                  "retentionDays", after.retentionDays(),
                  "maxBackups", after.maxBackups(),
                  "template", template.orElse("")));
        });
    return after;
  }

  @GetMapping("/schedule")
  AccountScheduler.Next schedule(AccountCaller caller) {
    caller.require(Right.VIEW);
    return scheduler.next(
        caller.account(), caller.tier(), settings.of(caller.account(), caller.tier()));
  }
}
