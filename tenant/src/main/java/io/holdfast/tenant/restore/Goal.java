package io.holdfast.tenant.restore;

import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.restore.RestorePolicy.Existing;
import io.holdfast.tenant.restore.RestorePolicy.Extra;
import io.holdfast.tenant.restore.RestorePolicy.Preset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// What is to be done with the rows of a backup.
public sealed interface Goal {
  /// What may be done to rows that are there.
  RestorePolicy policy();

  /// Natural key of the row of a shared table that stands for rows that are missing there, where
  /// the map says so.
  Optional<String> operator();

  /// For the plan's digest.
  String text();

  /// To be brought back, as far as the policy says.
  record Restore(RestorePolicy policy, Optional<String> operator) implements Goal {
    public Restore(RestorePolicy policy) {
      this(policy, Optional.empty());
    }

    @Override
    public String text() {
      return policy.text() + " " + operator.orElse("");
    }
  }

  /// To become another tenant's, with ids of their own. Nothing that is there changes.
  ///
  /// @param from the id that the tenant has in the backup
  /// @param to the id that it gets
  /// @param operation names what is done: doing it again finds the rows that it made
  /// @param skipped tables of which nothing is copied
  record Copy(
      String from,
      String to,
      String operation,
      Numbers numbers,
      SortedSet<QualifiedName> skipped,
      Optional<String> operator)
      implements Goal {
    private static final int MARK_BYTES = 4;

    public Copy {
      skipped = new TreeSet<>(skipped);
    }

    @Override
    public RestorePolicy policy() {
      return Preset.CREATE_MISSING.without(skipped);
    }

    @Override
    public String text() {
      return "copy " + from + " " + operation + " " + policy().text() + " " + operator.orElse("");
    }

    /// What stands for the copy in names that it makes.
    String mark() {
      try {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        byte[] hash = sha.digest((operation + "\n" + to).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hash, 0, MARK_BYTES);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has SHA-256", e);
      }
    }
  }

  /// A restore is to be undone: its safety backup says what it touched.
  record Undo() implements Goal {
    @Override
    public RestorePolicy policy() {
      return new RestorePolicy(Existing.OVERWRITTEN, Extra.DELETED, new TreeSet<>(Set.of()));
    }

    @Override
    public Optional<String> operator() {
      return Optional.empty();
    }

    @Override
    public String text() {
      return "undo";
    }
  }

  /// What numbers a copy takes for rows whose numbers the database draws.
  enum Numbers {
    /// Some that are free, to show what would be done: no sequence moves.
    SHOWN,
    /// Those that are next.
    DRAWN
  }
}
