package io.holdfast.server.account;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.plan.Tiers;
import io.holdfast.server.access.AccountCaller;
import io.holdfast.server.access.Right;
import io.holdfast.server.account.AccountTemplate.Of;
import io.holdfast.server.source.Applications;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/// `/api/backups/templates`: settings under names. Those of the application concern all its
/// accounts, so it takes more to write them than to own an account.
@RestController
@RequestMapping("/api/backups/templates")
class AccountTemplateController {
  private final AccountTemplates templates;
  private final Applications applications;
  private final Tiers tiers;

  AccountTemplateController(AccountTemplates templates, Applications applications, Tiers tiers) {
    this.templates = templates;
    this.applications = applications;
    this.tiers = tiers;
  }

  /// A template as the API shows it.
  record Shown(
      String name,
      String of,
      boolean isDefault,
      String scope,
      AccountSettings settings,
      Instant createdAt) {
    static Shown of(AccountTemplate template) {
      return new Shown(
          template.name(),
          template.of().word(),
          template.isDefault(),
          template.scope(),
          template.settings(),
          template.createdAt());
    }
  }

  @GetMapping
  List<Shown> list(AccountCaller caller) {
    caller.require(Right.VIEW);
    return templates.list(caller).stream().map(Shown::of).toList();
  }

  /// What is to be kept; what is left out of the settings is as is usual.
  ///
  /// @param of `account` if left out
  /// @param isDefault whether new accounts get it; only of the application
  record Wish(
      Optional<String> name,
      Optional<String> of,
      Optional<Boolean> isDefault,
      Optional<String> scope,
      Optional<AccountSettingsController.Change> settings) {}

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  Shown add(@RequestBody Wish wish, AccountCaller caller) {
    Of of = Of.parse(wish.of().orElse(Of.ACCOUNT.word()));
    requireWriter(caller, of);
    String scope = wish.scope().orElse(Applications.FULL);
    var _ = Applications.map(applications.require(caller.application()), scope);
    boolean isDefault = wish.isDefault().orElse(false);
    if (isDefault && !(of == Of.APPLICATION && scope.equals(Applications.FULL))) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "this template cannot be what new accounts get",
          "That takes one of the application, of scope full.");
    }
    AccountSettings usual = AccountSettings.usual(tiers, caller.tier());
    return Shown.of(
        templates.add(
            caller,
            new AccountTemplates.Draft(
                AccountTemplate.named(wish.name().orElse("")),
                of,
                isDefault,
                scope,
                wish.settings().map(it -> it.of(usual)).orElse(usual))));
  }

  @DeleteMapping("/{name}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void remove(
      @PathVariable String name,
      @RequestParam(defaultValue = "account") String of,
      AccountCaller caller) {
    Of whose = Of.parse(of);
    requireWriter(caller, whose);
    templates.remove(caller, whose, AccountTemplate.named(name));
  }

  private static void requireWriter(AccountCaller caller, Of of) {
    caller.require(
        switch (of) {
          case ACCOUNT -> Right.SETTINGS;
          case APPLICATION -> Right.TEMPLATES;
        });
  }
}
