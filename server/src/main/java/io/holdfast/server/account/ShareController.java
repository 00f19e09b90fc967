package io.holdfast.server.account;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.server.access.AccountCaller;
import io.holdfast.server.access.Right;
import io.holdfast.server.source.Applications;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/// `/api/backups/ID/share` and `/shares`: backups that other accounts may have something of.
@RestController
@RequestMapping("/api/backups/{id}")
class ShareController {
  private static final int CHARACTERS_MAX = 200;

  private final AccountBackups backups;
  private final Shares shares;

  ShareController(AccountBackups backups, Shares shares) {
    this.backups = backups;
    this.shares = shares;
  }

  /// With whom, and what.
  ///
  /// @param account of the same application, as that names it
  /// @param rights view, download, restore; only view if left out
  /// @param until when it ends; when it is withdrawn if left out
  record Wish(Optional<String> account, Optional<List<String>> rights, Optional<Instant> until) {}

  @PostMapping("/share")
  @ResponseStatus(HttpStatus.CREATED)
  Shares.Share share(@PathVariable String id, @RequestBody Wish wish, AccountCaller caller) {
    caller.require(Right.SHARE);
    AccountBackup backup = backups.require(caller, id);
    Set<SharedRight> rights = SharedRight.parse(wish.rights().orElse(List.of()));
    requireSharable(backup, rights);
    requireHas(caller, rights);
    return shares.share(caller, backup, receiver(caller, wish.account()), rights, wish.until());
  }

  private static void requireSharable(AccountBackup backup, Set<SharedRight> rights) {
    if (backup.undoes()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "safety backups are not shared",
          "Share the backup that was restored, or a new one.");
    }
    if (rights.contains(SharedRight.RESTORE) && !backup.scope().equals(Applications.FULL)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "a backup of scope " + backup.scope() + " cannot be copied into another account",
          "Share a backup of the whole account, or leave 'restore' out.");
    }
  }

  /// Nobody hands on what they may not do themselves.
  private static void requireHas(AccountCaller caller, Set<SharedRight> rights) {
    for (SharedRight right : rights) {
      caller.require(
          switch (right) {
            case VIEW -> Right.VIEW;
            case DOWNLOAD -> Right.DOWNLOAD;
            case RESTORE -> Right.COPY;
          });
    }
  }

  /// Nobody is asked whether there is such an account: the answer would tell who else is a
  /// customer.
  private static String receiver(AccountCaller caller, Optional<String> account) {
    String receiver = account.orElse("");
    if (receiver.isBlank()
        || receiver.length() > CHARACTERS_MAX
        || receiver.chars().anyMatch(Character::isISOControl)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "'account' names nobody",
          "Give the id of the other account, as " + caller.application() + " knows it.");
    }
    if (receiver.equals(caller.externalId())) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the backup is the account's own",
          "Who signs in for the account sees it already.");
    }
    return receiver;
  }

  @GetMapping("/shares")
  List<Shares.Share> list(@PathVariable String id, AccountCaller caller) {
    caller.require(Right.VIEW);
    return shares.of(caller, backups.require(caller, id));
  }

  @DeleteMapping("/shares/{share}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void end(@PathVariable String id, @PathVariable String share, AccountCaller caller) {
    caller.require(Right.SHARE);
    shares.end(caller, id, share);
  }
}
