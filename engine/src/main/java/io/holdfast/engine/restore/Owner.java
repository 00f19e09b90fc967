package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;

/// Who will own restored files: the user that runs the server.
public sealed interface Owner {
  /// The user who runs this process; nothing is changed.
  record Ourselves() implements Owner {}

  /// Another user; only root can do that.
  record Other(UserPrincipal user, GroupPrincipal group) implements Owner {}

  /// Who owns what is restored to `target` where nobody was named: for root the owner of the
  /// existing target directory if that is not root, else the user `postgres`; for anybody else
  /// themselves.
  ///
  /// @throws BackupException if root would own the files, which no PostgreSQL server accepts
  static Owner decide(Path target, Optional<String> named, String processUser) throws IOException {
    if (!processUser.equals("root")) {
      return new Ourselves();
    }
    if (named.isPresent()) {
      return lookUp(target, named.get());
    }
    if (Files.isDirectory(target)) {
      PosixFileAttributes attributes = Files.readAttributes(target, PosixFileAttributes.class);
      if (!attributes.owner().getName().equals("root")) {
        return new Other(attributes.owner(), attributes.group());
      }
    }
    return lookUp(target, "postgres");
  }

  private static Owner lookUp(Path target, String name) throws IOException {
    var service = target.getFileSystem().getUserPrincipalLookupService();
    try {
      UserPrincipal user = service.lookupPrincipalByName(name);
      return new Other(user, groupOf(service, name));
    } catch (java.nio.file.attribute.UserPrincipalNotFoundException e) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "there is no user '" + name + "' who could own the restored files",
          "PostgreSQL does not run as root: name the server's user with --owner USER.",
          e);
    }
  }

  private static GroupPrincipal groupOf(
      java.nio.file.attribute.UserPrincipalLookupService service, String name) throws IOException {
    try {
      return service.lookupPrincipalByGroupName(name);
    } catch (java.nio.file.attribute.UserPrincipalNotFoundException e) {
      // Not every system gives a user a group of the same name.
      return service.lookupPrincipalByGroupName("nogroup");
    }
  }

  /// Gives one file, directory or link to the owner.
  default void give(Path path) throws IOException {
    switch (this) {
      case Ourselves _ -> {}
      case Other other -> {
        var view =
            Files.getFileAttributeView(
                path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        view.setOwner(other.user());
        view.setGroup(other.group());
      }
    }
  }
}
